// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import java.io.File;
import java.nio.file.Path;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.UserConfigFile;
import org.eclipse.jgit.storage.file.WindowCacheConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/// Keeps JGit from starting `git`, from writing probe files into repositories to measure the clock of their file
/// system, and from taking much memory. JGit has these settings once per process, not per repository.
final class JGitSettings extends SystemReader.Delegate {
    /// Blobs above this size are streamed. JGit inflates those up to it, and all deltas, in one piece.
    static final int STREAM_ABOVE_BYTES = 8 << 20;

    private static final int MEGABYTE = 1 << 20;
    private static final File SYSTEM_CONFIG = new File("/etc/gitconfig");

    private JGitSettings(SystemReader system) {
        super(system);
    }

    /// Makes these settings those of the process.
    static synchronized void install() {
        if (SystemReader.getInstance() instanceof JGitSettings) {
            return;
        }
        SystemReader.setInstance(new JGitSettings(SystemReader.getInstance()));
        var windows = new WindowCacheConfig();
        windows.setPackedGitLimit(16 * MEGABYTE);
        windows.setPackedGitWindowSize(64 * 1024);
        windows.setDeltaBaseCacheLimit(8 * MEGABYTE);
        windows.setStreamFileThreshold(STREAM_ABOVE_BYTES);
        windows.setPackedIndexGitUseStrongRefs(false);
        windows.setExposeStatsViaJmx(false);
        windows.install();
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
        return new FileBasedConfig(parent, SYSTEM_CONFIG, fs);
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
        var home = fs.userHome().toPath();
        var xdg = getXdgConfigDirectory(fs);
        var config = (xdg == null ? home.resolve(".config") : xdg).resolve("git/config");
        return new UserConfig(parent, home.resolve(".gitconfig"), config, fs);
    }

    /// The user's configuration, which also seems to know how exact the timestamps of every file system are.
    private static final class UserConfig extends UserConfigFile {
        UserConfig(Config parent, Path home, Path xdg, FS fs) {
            super(parent, home.toFile(), xdg.toFile(), fs);
        }

        @Override
        public String getString(String section, String subsection, String name) {
            if (section.equals("filesystem")) {
                // The coarsest there is: a file this young is read again rather than believed unchanged.
                return name.equals("timestampResolution") ? "2 seconds" : "0 seconds";
            }
            return super.getString(section, subsection, name);
        }
    }
}
