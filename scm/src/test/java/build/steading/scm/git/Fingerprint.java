// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.digest.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// Everything below a directory, exactly: types, modes, owners, times of change and content.
final class Fingerprint {
    private Fingerprint() {}

    static Map<String, String> of(Path directory) throws IOException {
        var found = new TreeMap<String, String>();
        try (var files = Files.walk(directory)) {
            for (var file : files.toList()) {
                var attributes = new TreeMap<>(Files.readAttributes(
                        file, "unix:mode,uid,gid,size,ino,nlink,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS));
                var content = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        ? Digests.of(file).toString()
                        : "";
                found.put(file.toString(), attributes + " " + content);
            }
        }
        return found;
    }
}
