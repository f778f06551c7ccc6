// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
import build.steading.conformance.Connection;
import build.steading.conformance.Examination;
import build.steading.conformance.Finding;
import build.steading.conformance.Level;
import build.steading.conformance.Scorecard;
import build.steading.conformance.Suite;
import build.steading.conformance.Verdict;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Puts the checks of the conformance suite to a server, this one or any other.
@Command(
        name = "conformance",
        description = {
            "Check whether a server of the Remote Execution API does what its clients count on.",
            "",
            "The server may be anyone's; blobs are uploaded and actions run there. Exits with 1 if a MUST fails."
        },
        sortOptions = false)
final class ConformanceCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Services services;
    private final Console console;

    @Parameters(
            arity = "0..1",
            paramLabel = "ADDRESS",
            description = "grpc://HOST:PORT, grpcs://HOST:PORT or unix:PATH; your own farm unless it is given.")
    private Optional<URI> address = Optional.empty();

    @Option(names = "--instance", description = "The instance name in all requests.", paramLabel = "NAME")
    private String instance = "";

    @Option(names = "--only", description = "Only the checks with ids like that, as `S.*|B01`.", paramLabel = "REGEX")
    private String only = ".*";

    @Option(
            names = "--tls-certificate",
            description = "The authority that the server's certificate is of, in PEM.",
            paramLabel = "FILE")
    private Optional<Path> authority = Optional.empty();

    @Option(names = "--header", description = "Sent along with each call; may be repeated.", paramLabel = "NAME=VALUE")
    private Map<String, String> headers = Map.of();

    @Option(names = "--jobs", description = "How many checks run at the same time (4).", paramLabel = "N")
    private int jobs = 4;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    ConformanceCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (jobs < 1) {
            throw SteadingException.invalid("`--jobs` is %d: it must be above 0", jobs);
        }
        try (var connection = connect();
                var examination = new Examination(connection.target(instance), jobs, PATIENCE)) {
            var findings = report(examination.begin(Suite.matching(pattern())));
            return findings.stream().anyMatch(ConformanceCommand::breaksClients) ? ExitCode.BUILD_FAILED : ExitCode.OK;
        }
    }

    private Connection connect() {
        var file = authority.map(path -> console.invocation().cwd().resolve(path));
        try {
            return new Connection(new Connection.Address(address(), file, headers));
        } catch (IllegalArgumentException e) {
            throw SteadingException.invalid("%s", String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot read the authority's certificate: " + e.getMessage(), e);
        }
    }

    private static boolean breaksClients(Finding finding) {
        return finding.verdict() == Verdict.FAILED && finding.check().level() == Level.MUST;
    }

    private URI address() {
        if (address.isPresent()) {
            return address.get();
        }
        var facts = services.facts().get();
        var own = facts.get("reapi");
        if (own == null || facts.containsKey("farm")) {
            throw SteadingException.invalid("Which server? `steading conformance grpc://HOST:PORT`");
        }
        return URI.create(own.toString());
    }

    private Pattern pattern() {
        try {
            return Pattern.compile(only);
        } catch (PatternSyntaxException e) {
            throw SteadingException.invalid("`--only %s` is not a regular expression: %s", only, e.getDescription());
        }
    }

    /// Prints each finding when it and all before it are there.
    private List<Finding> report(List<Future<Finding>> running) throws InterruptedException {
        var findings = new ArrayList<Finding>();
        for (var each : running) {
            var finding = finding(each);
            findings.add(finding);
            if (!json) {
                console.result("%s  %s", mark(finding), Scorecard.line(finding));
            }
        }
        if (json) {
            var checks = findings.stream().map(Scorecard::facts).toList();
            console.result("%s", Json.text(Map.of("summary", Scorecard.summary(findings), "checks", checks)));
        } else {
            console.result("%s", Scorecard.summary(findings));
        }
        return findings;
    }

    private static Finding finding(Future<Finding> running) throws InterruptedException {
        try {
            return running.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private String mark(Finding finding) {
        var style = switch (finding.verdict()) {
            case PASSED -> Style.GOOD;
            case FAILED -> Style.BAD;
            case SKIPPED, NOTED -> Style.FAINT;
        };
        return console.style(style, Scorecard.word(finding.verdict()));
    }
}
