// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import build.steading.digest.Digest;
import java.util.Optional;

/// Knows what a file is to hold. Thread-safe.
final class Witness {
    private final Name name;
    private final Digest digest;
    private final boolean executable;
    private volatile Optional<Signature> vouching;

    /// @param vouching the signature with which the file holds this, if there is one to rely on
    Witness(Name name, Digest digest, boolean executable, Optional<Signature> vouching) {
        this.name = name;
        this.digest = digest;
        this.executable = executable;
        this.vouching = vouching;
    }

    boolean holds(FileTable table, Frame frame) {
        return isVouchedFor(frame) || isReadAgain(table);
    }

    private boolean isReadAgain(FileTable table) {
        return table.read(name, Reader.Taker.NOBODY) instanceof Reading.File(var content) && holds(content);
    }

    /// Returns whether this is what the file is to hold, and remembers it for the next look.
    boolean holds(Content content) {
        if (!content.digest().equals(digest) || content.executable() != executable) {
            return false;
        }
        if (content.settled()) {
            vouching = Optional.of(content.signature());
        }
        return true;
    }

    /// Returns whether one look is enough to tell that the file holds what it is to hold.
    boolean isVouchedFor(Frame frame) {
        var known = vouching;
        return known.isPresent() && frame.shows(name, known.get());
    }

    Name name() {
        return name;
    }

    Digest digest() {
        return digest;
    }

    boolean executable() {
        return executable;
    }
}
