// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.auth.Role;
import build.steading.cli.door.ExitCode;
import build.steading.failure.SteadingException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What `steading server` understands. The launcher gives it to a process of its own.
@Command(
        name = "server",
        description = {
            "Run the server of a farm of several machines, in the foreground.",
            "",
            "Its first start creates the farm's own certificate authority and says what to type on a worker and as a"
                    + " user. It keeps everything in the state directory ($STEADING_HOME); other `steading` commands"
                    + " with the same state directory speak to it. `server.yaml` there says how people are told how"
                    + " builds ended: see docs/telling.md."
        },
        sortOptions = false)
public final class ServerCommand implements Callable<Integer> {
    private static final int STATUS_PORT = 7421;

    @Option(
            names = "--listen",
            paramLabel = "HOST[:PORT]",
            description = "Where workers and users connect (default: 0.0.0.0:" + Addresses.PORT + ").")
    private String listen = "0.0.0.0:" + Addresses.PORT;

    @Option(
            names = "--status",
            paramLabel = "HOST[:PORT]",
            description = "Where `GET /status` is answered, over HTTPS (default: 0.0.0.0:" + STATUS_PORT + ").")
    private String status = "0.0.0.0:" + STATUS_PORT;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "A name or address by which others reach this machine (default: its host name); may be"
                    + " repeated. Workers and users must connect by one of these.")
    private List<String> hosts = List.of();

    @Option(
            names = "--result-writers",
            paramLabel = "ROLE",
            description = "Clients of this role may write results of actions that the farm did not run: `admin`"
                    + " (default), `builder`, or `worker` for no client at all.")
    private String resultWriters = Role.ADMIN.text();

    @Override
    public Integer call() {
        return ExitCode.OK;
    }

    public InetSocketAddress listen() {
        return resolved(Addresses.listening(listen, Addresses.PORT));
    }

    public InetSocketAddress status() {
        return resolved(Addresses.listening(status, STATUS_PORT));
    }

    /// Returns the least role of clients that may write results.
    public Role resultWriters() {
        return Role.parse(resultWriters)
                .filter(role -> role != Role.VIEWER)
                .orElseThrow(() -> SteadingException.invalid(
                        "`--result-writers %s`: it must be `admin`, `builder` or `worker`", resultWriters));
    }

    private static InetSocketAddress resolved(InetSocketAddress place) {
        var found = new InetSocketAddress(place.getHostString(), place.getPort());
        if (found.isUnresolved()) {
            throw SteadingException.invalid(
                    "Host `%s` is unknown: give an address of this machine", place.getHostString());
        }
        return found;
    }

    public List<String> hosts() {
        return List.copyOf(hosts);
    }
}
