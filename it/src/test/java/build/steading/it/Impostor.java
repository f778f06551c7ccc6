// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/// Stands where a server might: speaks TLS with a certificate of its own making, and counts what it is told.
final class Impostor implements AutoCloseable {
    private static final char[] PASSWORD = "impostor".toCharArray();

    private final SSLServerSocket socket;
    private final AtomicInteger callers = new AtomicInteger();
    private final AtomicInteger heard = new AtomicInteger();
    private final Thread thread;

    private Impostor(SSLServerSocket socket) {
        this.socket = socket;
        this.thread = Thread.ofVirtual().start(this::listen);
    }

    /// @param directory where its key may be kept
    static Impostor open(Path directory) throws IOException, GeneralSecurityException {
        var file = directory.resolve("impostor.p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin/keytool").toString();
        var made = Program.run(
                directory,
                Map.of(),
                List.of(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "impostor",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD)));
        assertThat(made.exitCode()).as(made.all()).isZero();
        var keys = KeyStore.getInstance("PKCS12");
        try (InputStream stored = Files.newInputStream(file)) {
            keys.load(stored, PASSWORD);
        }
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        var context = SSLContext.getInstance("TLSv1.3");
        context.init(managers.getKeyManagers(), null, null);
        var socket = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        return new Impostor(socket);
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /// Returns how many have begun to talk.
    int callers() {
        return callers.get();
    }

    /// Returns how many bytes they have said behind the handshake.
    int heard() {
        return heard.get();
    }

    private void listen() {
        while (!socket.isClosed()) {
            try (Socket caller = socket.accept()) {
                hear((SSLSocket) caller);
            } catch (IOException _) {
                // The caller does not trust us, or nobody listens any more.
            }
        }
    }

    private void hear(SSLSocket caller) throws IOException {
        callers.incrementAndGet();
        caller.startHandshake();
        var bytes = new byte[1 << 14];
        var in = caller.getInputStream();
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
            heard.addAndGet(count);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            thread.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
