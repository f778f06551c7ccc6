// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

/// Where a record is.
///
/// @param pack number of the pack, from 1 on; no two packs of a store ever have the same
/// @param offset of the record's first byte in the pack
record Place(int pack, int offset) implements Comparable<Place> {
    /// Reads what [#toLong] returned.
    static Place of(long bits) {
        return new Place((int) (bits >>> 32), (int) bits);
    }

    /// Earlier records come first.
    @Override
    public int compareTo(Place other) {
        return Long.compare(toLong(), other.toLong());
    }

    /// Returns both numbers in one, never 0.
    long toLong() {
        return ((long) pack << 32) | offset;
    }
}
