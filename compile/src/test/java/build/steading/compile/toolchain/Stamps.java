// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// What is at a name, as seen by the JDK.
final class Stamps {
    private Stamps() {}

    static Object of(Path file) {
        try {
            return Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
        } catch (IOException _) {
            return Map.of();
        }
    }
}
