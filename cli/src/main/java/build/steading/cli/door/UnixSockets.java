// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Unix sockets at paths of any length. The kernel takes only 108 bytes: a longer path is reached through a
/// symbolic link in a private directory, which is gone again when the call returns.
final class UnixSockets {
    private static final int MAX_PATH_BYTES = 100;
    private static final int BACKLOG = 1024;

    private UnixSockets() {}

    /// What is done with an address while it is valid.
    private interface Use<T> {
        T with(UnixDomainSocketAddress address) throws IOException;
    }

    /// Listens at a path that is there as soon as somebody listens, and not before.
    static ServerSocketChannel listen(Path socket) throws IOException {
        var unheard = socket.resolveSibling(socket.getFileName() + ".new");
        Files.deleteIfExists(unheard);
        var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            var _ = at(unheard, address -> channel.bind(address, BACKLOG));
            Files.move(unheard, socket, StandardCopyOption.ATOMIC_MOVE);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    static SocketChannel connect(Path socket) throws IOException {
        return at(socket, SocketChannel::open);
    }

    private static <T> T at(Path socket, Use<T> use) throws IOException {
        if (socket.toString().getBytes(UTF_8).length <= MAX_PATH_BYTES) {
            return use.with(UnixDomainSocketAddress.of(socket));
        }
        var detour = Files.createTempDirectory(Path.of("/tmp"), "steading-");
        var link = detour.resolve("run");
        try {
            Files.createSymbolicLink(link, socket.toAbsolutePath().getParent());
            return use.with(UnixDomainSocketAddress.of(link.resolve(socket.getFileName())));
        } finally {
            Files.deleteIfExists(link);
            Files.deleteIfExists(detour);
        }
    }
}
