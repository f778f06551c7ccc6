// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.MemoryBlobStore;
import build.steading.source.RepositorySettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @TempDir
    private Path temp;

    private GitRepositories repositories;
    private Git git;

    @BeforeEach
    void begin() throws IOException {
        git = Git.init(temp.resolve("repository"));
        repositories = new GitRepositories(new MemoryBlobStore(), temp.resolve("state"));
    }

    @AfterEach
    void end() {
        repositories.close();
    }

    private RepositorySettings settings() {
        return repositories.open(git.directory()).settings();
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.org/a/lua.git, https://example.org/a/lua.git",
        "https://ann:secret@example.org:8443/lua.git, https://example.org:8443/lua.git",
        "https://token@example.org/lua.git, https://example.org/lua.git",
        "ssh://git:secret@example.org/lua.git, ssh://git@example.org/lua.git",
        "git@example.org:a/lua.git, git@example.org:a/lua.git",
        "/srv/git/lua.git, /srv/git/lua.git",
        "file:///srv/git/lua.git, /srv/git/lua.git"
    })
    void urlIsThatOfOriginWithoutCredentials(String configured, String url) {
        git.run("config", "remote.origin.url", configured);

        assertThat(settings().url()).contains(url);
    }

    @Test
    void repositoryThatWasNotClonedHasNoUrl() {
        assertThat(settings().url()).isEmpty();
        git.run("config", "remote.origin.url", "../elsewhere");
        assertThat(settings().url()).isEmpty();
    }

    @Test
    void emailIsWhatGitCommitsWith() {
        git.run("config", "user.email", "ann@example.org");

        assertThat(settings().email()).contains("ann@example.org");
    }
}
