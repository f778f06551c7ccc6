// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.digest.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What Steading itself has put into a directory, so that the next delivery replaces just that, and writes
/// nothing that is there already.
///
/// It is the file `.steading` in that directory: a first line `steading 1 BUILD ARTIFACTS`, with ` FARM` behind
/// it unless that is this machine's own, then for each file or link `KIND SIZE MTIME DIGEST PATH`, with line
/// feeds and backslashes in paths escaped.
///
/// @param build the build whose artifacts these are
/// @param farm whose build that is; empty for this machine's own
/// @param artifacts digest of the tree of these artifacts
/// @param entries by path, `/` between its parts
record DeliveryStamp(BuildId build, String farm, Digest artifacts, Map<String, Entry> entries) {
    static final String FILE = ".steading";

    /// One file or link as it was written.
    ///
    /// @param what `-` for a file, `x` for an executable one, `l` for a link, followed by its content's digest
    /// @param mtime as the file system tells it
    record Entry(String what, long sizeBytes, FileTime mtime) {
        static Entry of(String what, Path file) throws IOException {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return new Entry(what, attributes.size(), attributes.lastModifiedTime());
        }
    }

    DeliveryStamp {
        entries = Map.copyOf(entries);
    }

    boolean isOf(BuildId other, String itsFarm) {
        return build.equals(other) && farm.equals(itsFarm);
    }

    /// Returns whether this is of a later build of the same farm.
    boolean isLaterThan(BuildId other, String itsFarm) {
        return farm.equals(itsFarm) && build.compareTo(other) > 0;
    }

    /// Returns whether a file still is as it was written.
    boolean intact(Path out, String path, String what) {
        var entry = entries.get(path);
        if (entry == null || !entry.what().equals(what)) {
            return false;
        }
        try {
            return Entry.of(what, out.resolve(path)).equals(entry);
        } catch (IOException _) {
            return false;
        }
    }

    /// Returns whether everything still is as it was written.
    boolean intact(Path out) {
        return entries.entrySet().stream()
                .allMatch(entry -> intact(out, entry.getKey(), entry.getValue().what()));
    }

    void write(Path out) throws IOException {
        var text = new StringBuilder(
                "steading 1 %d %s%s\n".formatted(build.value(), artifacts, farm.isEmpty() ? "" : " " + farm));
        entries.forEach((path, entry) -> text.append(entry.what())
                .append(' ')
                .append(entry.sizeBytes())
                .append(' ')
                .append(entry.mtime())
                .append(' ')
                .append(path.replace("\\", "\\\\").replace("\n", "\\n"))
                .append('\n'));
        var temporary = out.resolve(FILE + ".new");
        Files.writeString(temporary, text);
        Files.move(temporary, out.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Returns the stamp of a directory; empty if there is none or it cannot be understood.
    static Optional<DeliveryStamp> read(Path out) throws IOException {
        try {
            var lines =
                    Files.readString(out.resolve(FILE), StandardCharsets.UTF_8).split("\n", -1);
            var head = lines[0].split(" ", -1);
            if (head.length < 4 || head.length > 5 || !head[0].equals("steading") || !head[1].equals("1")) {
                return Optional.empty();
            }
            var entries = new LinkedHashMap<String, Entry>();
            for (var i = 1; i < lines.length - 1; i++) {
                var parts = lines[i].split(" ", 4);
                entries.put(
                        unescape(parts[3]),
                        new Entry(parts[0], Long.parseLong(parts[1]), FileTime.from(Instant.parse(parts[2]))));
            }
            var farm = head.length == 5 ? head[4] : "";
            return Optional.of(
                    new DeliveryStamp(new BuildId(Long.parseLong(head[2])), farm, Digest.parse(head[3]), entries));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (RuntimeException _) {
            // Somebody else wrote or cut the file: whatever is there is treated as not ours.
            return Optional.empty();
        }
    }

    private static String unescape(String path) {
        var plain = new StringBuilder();
        for (var i = 0; i < path.length(); i++) {
            var c = path.charAt(i);
            if (c == '\\' && i + 1 < path.length()) {
                i++;
                plain.append(path.charAt(i) == 'n' ? '\n' : path.charAt(i));
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }
}
