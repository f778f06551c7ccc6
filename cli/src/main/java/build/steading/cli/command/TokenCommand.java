// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.api.v1.TokenInfo;
import build.steading.auth.Identity;
import build.steading.auth.Role;
import build.steading.auth.TokenTerms;
import build.steading.cli.door.ExitCode;
import build.steading.failure.SteadingException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes, lists and revokes the tokens by which machines and users join.
@Command(
        name = "token",
        description = {
            "Make, list and revoke the tokens by which machines and users join the farm (admins only).",
            "",
            "Roles: viewer (looks), builder (builds as well), worker (a machine), admin (everything)."
        },
        footer = {
            "",
            "Examples:",
            "  steading token create worker              one machine may join within a day",
            "  steading token create builder --uses 20   a team may join",
            "  steading token create builder --access --name ci --valid 90d",
            "                                            for Bazel and others: `authorization: Bearer TOKEN`",
            "  steading token list",
            "  steading token revoke ID"
        },
        sortOptions = false)
final class TokenCommand implements Callable<Integer> {
    private static final Pattern LIFE = Pattern.compile("([1-9][0-9]{0,5})([smhd])");

    private final Services services;
    private final Console console;

    @Parameters(index = "0", paramLabel = "create|list|revoke", description = "What to do.")
    private String verb;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ROLE|ID", description = "Of which role, or which token.")
    private Optional<String> subject = Optional.empty();

    @Option(names = "--uses", paramLabel = "N", description = "How many may join by it (default: 1).")
    private int uses = 1;

    @Option(names = "--valid", paramLabel = "TIME", description = "For how long, such as `90m` or `7d` (default: 1d).")
    private String valid = "1d";

    @Option(names = "--name", paramLabel = "NAME", description = "What whoever joins by it is called.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--replace", description = "Another machine may take over that name.")
    private boolean replace;

    @Option(names = "--access", description = "To be shown at each call, in place of a certificate; needs --name.")
    private boolean access;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    TokenCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        return switch (verb) {
            case "create" -> create();
            case "list" -> list();
            case "revoke" -> revoke();
            default -> throw SteadingException.invalid("`%s` is not `create`, `list` or `revoke`", verb);
        };
    }

    private int create() {
        var role = role(
                subject.orElseThrow(() -> SteadingException.invalid("Which role? `steading token create worker`")));
        var terms = access ? access(role) : TokenTerms.once(role, life()).times(uses);
        if (!access && name.isPresent()) {
            terms = terms.named(name.get());
        }
        console.result("%s", WorkersCommand.administration(services).createToken(replace ? terms.replacing() : terms));
        return ExitCode.OK;
    }

    /// @throws SteadingException with `Invalid` if there is no such role
    static Role role(String word) {
        return Role.parse(word)
                .orElseThrow(() -> SteadingException.invalid(
                        "`%s` is no role; there are `viewer`, `builder`, `worker` and `admin`", word));
    }

    private TokenTerms access(Role role) {
        var whose = name.filter(Identity::isName)
                .orElseThrow(() -> SteadingException.invalid("`--access` needs `--name`: who is it that calls?"));
        return TokenTerms.access(new Identity(whose, role), life());
    }

    private Duration life() {
        var match = LIFE.matcher(valid);
        if (!match.matches()) {
            throw SteadingException.invalid("`%s` is not a time such as `90m`, `12h` or `7d`", valid);
        }
        var number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private int list() {
        var tokens = WorkersCommand.administration(services).tokens();
        if (json) {
            console.result("%s", Json.text(tokens.stream().map(Json::token).toList()));
        } else if (tokens.isEmpty()) {
            console.result("There are no tokens");
        } else {
            tokens.forEach(this::show);
        }
        return ExitCode.OK;
    }

    private void show(TokenInfo token) {
        var facts = Json.token(token);
        var parts = List.of("role", "kind", "name", "uses", "used", "expires", "last-use");
        var line = new StringBuilder(String.valueOf(facts.get("id")));
        for (var part : parts) {
            if (facts.containsKey(part)) {
                line.append("  ").append(part).append(' ').append(facts.get(part));
            }
        }
        console.result("%s", line);
    }

    private int revoke() {
        var id = subject.orElseThrow(() -> SteadingException.invalid("Which token? `steading token list` shows ids"));
        WorkersCommand.administration(services).revokeToken(id);
        console.say("Token `%s` is worthless now", id);
        return ExitCode.OK;
    }
}
