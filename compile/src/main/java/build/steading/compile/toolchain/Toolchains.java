// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.nio.file.Path;
import java.util.function.Function;

/// Knows the compilers of this machine.
///
/// Thread-safe. To learn a compiler, it is run some twenty times, which takes a hundred milliseconds or so;
/// whoever asks for it meanwhile waits. Afterwards it costs a look at each of its files.
public final class Toolchains {
    /// So many that no build has more; one takes some 100 kB.
    private static final int MOST = 64;

    private final Function<Path, Object> stamps;
    private final Memo<Call, Toolchain> known = new Memo<>(MOST);

    /// @param stamps tells what is at a name, links followed: equal objects as long as the same unchanged file or
    ///     directory is there, or nothing; from device, inode, size and the times of the last change, say. Never
    ///     throws. It is called by several threads at once
    public Toolchains(Function<Path, Object> stamps) {
        this.stamps = stamps;
    }

    /// Returns the compiler that runs when `call` is made.
    ///
    /// @throws NotUsableException if it is a script, no compiler that is known, or lacks a part
    public Toolchain find(Call call) throws NotUsableException {
        return known.get(call, Toolchain::isCurrent, () -> new Learner(call, new Watch(stamps)).learn());
    }
}
