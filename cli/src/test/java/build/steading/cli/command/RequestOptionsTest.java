// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.build.Builds.Order;
import build.steading.build.Priority;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RequestOptionsTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("USER", "ann", "STEADING_EMAIL", "ann@example.org");

    private static Order order(Map<String, String> environment, String... arguments) {
        var command = CommandLine.Model.CommandSpec.create();
        var options = new RequestOptions();
        command.addMixin("request", CommandLine.Model.CommandSpec.forAnnotatedObject(options));
        new CommandLine(command).parseArgs(arguments);
        return options.order(Consoles.in(Path.of("/"), environment), Optional.empty(), Optional.empty(), List.of());
    }

    @Test
    void requesterIsWhoeverTypes() {
        assertThat(order(ENVIRONMENT).requester()).isEqualTo("ann");
    }

    @Test
    void builtIsAsSoonAsSomebodyWaitsUnlessToldOtherwise() {
        assertThat(order(ENVIRONMENT).priority()).isEqualTo(Priority.INTERACTIVE);
        assertThat(order(ENVIRONMENT, "--priority", "bulk").priority()).isEqualTo(Priority.BULK);
        assertThatThrownBy(() -> order(ENVIRONMENT, "--priority=bulky"))
                .hasMessage("There is no priority `bulky`; allowed is one of `gate`, `interactive`, `push`,"
                        + " `scheduled`, `bulk`; did you mean `bulk`?");
    }

    @Test
    void addressIsGivenOrElseInTheEnvironment() {
        assertThat(order(ENVIRONMENT, "--email", "bob@example.org").email()).contains("bob@example.org");
        assertThat(order(ENVIRONMENT).email()).contains("ann@example.org");
        assertThat(order(Map.of()).email()).isEmpty();
    }

    @Test
    void commandNamesItsWishOnceAndForAll() {
        var named = RequestOptions.keyed(List.of("build", "main", "--detach"));
        assertThat(named).hasSize(4).startsWith("build").endsWith("main", "--detach");
        assertThat(named.get(1)).matches("--key=[0-9a-f-]{36}");
        assertThat(order(ENVIRONMENT, named.get(1)).key())
                .isEqualTo(named.get(1).substring(6));
        var again = RequestOptions.keyed(named);
        assertThat(again).containsExactly("build", named.get(1), "--again", "main", "--detach");
        assertThat(RequestOptions.keyed(again)).isEqualTo(again);
        assertThat(RequestOptions.keyed(List.of("build"))).isNotEqualTo(RequestOptions.keyed(List.of("build")));
    }

    @Test
    void emptyAddressMeansThatNobodyIsTold() {
        assertThat(order(ENVIRONMENT, "--email=").email()).isEmpty();
    }

    @Test
    void whatIsNoAddressIsRefused() {
        assertThatThrownBy(() -> order(ENVIRONMENT, "--email", "ann")).hasMessageContaining("`ann` is not the address");
        assertThatThrownBy(() -> order(ENVIRONMENT, "--email", "a@b\nBcc: c@d"))
                .hasMessageContaining("not the address");
    }
}
