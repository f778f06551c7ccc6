// SPDX-License-Identifier: Apache-2.0
package build.steading.server.web;

import build.steading.failure.SteadingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;

/// Answers `GET /status` with facts in JSON, to whoever may see them. Each request has its own virtual thread.
public final class StatusServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StatusServer.class.getName());
    private static final int BACKLOG = 64;
    private static final int CLOSE_SECONDS = 1;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Doorkeeper doorkeeper;
    private final Supplier<String> status;

    /// Decides who may look.
    @FunctionalInterface
    public interface Doorkeeper {
        /// @param certificate what the client proved to own, if it did
        /// @param authorization the header of that name, if it was sent
        /// @return why the client may not look; empty if it may
        Optional<String> refusal(Optional<X509Certificate> certificate, Optional<String> authorization);
    }

    private StatusServer(HttpServer server, Doorkeeper doorkeeper, Supplier<String> status) {
        this.server = server;
        this.doorkeeper = doorkeeper;
        this.status = status;
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /// Listens with TLS 1.3; clients may prove who they are by a certificate.
    ///
    /// @param status facts as JSON
    /// @throws SteadingException with `Unavailable` if the address cannot be had
    public static StatusServer startTls(
            InetSocketAddress address, SSLContext tls, Doorkeeper doorkeeper, Supplier<String> status) {
        try {
            var server = HttpsServer.create(address, BACKLOG);
            server.setHttpsConfigurator(new HttpsConfigurator(tls) {
                @Override
                public void configure(HttpsParameters parameters) {
                    var wanted = getSSLContext().getDefaultSSLParameters();
                    wanted.setProtocols(new String[] {"TLSv1.3"});
                    wanted.setWantClientAuth(true);
                    parameters.setSSLParameters(wanted);
                }
            });
            return new StatusServer(server, doorkeeper, status);
        } catch (IOException e) {
            throw unavailable(address, e);
        }
    }

    /// Listens on the loopback interface, without TLS.
    ///
    /// @param port 0 for any free one
    /// @param token what the header `Authorization: Bearer` must carry
    /// @throws SteadingException with `Unavailable` if the port cannot be had
    public static StatusServer startLocal(int port, String token, Supplier<String> status) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try {
            return new StatusServer(HttpServer.create(address, BACKLOG), new TokenHolder(token), status);
        } catch (IOException e) {
            throw unavailable(address, e);
        }
    }

    private static SteadingException unavailable(InetSocketAddress address, IOException e) {
        return SteadingException.unavailable(
                "Cannot listen on `%s:%d` for status: %s".formatted(address.getHostString(), address.getPort(), e), e);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var refusal = doorkeeper.refusal(
                    certificate(exchange),
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")));
            if (refusal.isPresent()) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
                send(exchange, 401, "text/plain", refusal.get() + "\n");
            } else if (!exchange.getRequestURI().getPath().equals("/status")) {
                send(exchange, 404, "text/plain", "There is only `/status` here\n");
            } else if (exchange.getRequestMethod().equals("GET")
                    || exchange.getRequestMethod().equals("HEAD")) {
                send(exchange, 200, "application/json", status.get() + "\n");
            } else {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, 405, "text/plain", "`/status` can only be read\n");
            }
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Status", e);
            throw e;
        }
    }

    private static Optional<X509Certificate> certificate(HttpExchange exchange) {
        if (!(exchange instanceof HttpsExchange secure)) {
            return Optional.empty();
        }
        try {
            return secure.getSSLSession().getPeerCertificates()[0] instanceof X509Certificate own
                    ? Optional.of(own)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException _) {
            return Optional.empty();
        }
    }

    private static void send(HttpExchange exchange, int code, String type, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(code, -1);
            return;
        }
        exchange.sendResponseHeaders(code, bytes.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException _) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
