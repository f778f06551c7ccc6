// SPDX-License-Identifier: Apache-2.0
package build.steading.server.mail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A mail server that answers certain commands as it is told, for tests.
final class ScriptedSmtp implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final Map<String, String> answers;
    private final Thread thread;
    final Queue<String> commands = new ConcurrentLinkedQueue<>();

    /// @param answers by the first word of a command; all others are answered with 250
    ScriptedSmtp(Map<String, String> answers) throws IOException {
        this.answers = answers;
        this.thread = Thread.ofVirtual().start(this::serve);
    }

    int port() {
        return socket.getLocalPort();
    }

    private void serve() {
        while (true) {
            try (var connection = socket.accept()) {
                converse(connection);
            } catch (IOException _) {
                if (socket.isClosed()) {
                    return;
                }
            }
        }
    }

    private void converse(Socket connection) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
        var out = connection.getOutputStream();
        out.write("220 ready\r\n".getBytes(StandardCharsets.US_ASCII));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            commands.add(line);
            var answer = answers.getOrDefault(line.split("[ :]", 2)[0], "250 fine");
            out.write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        thread.interrupt();
    }
}
