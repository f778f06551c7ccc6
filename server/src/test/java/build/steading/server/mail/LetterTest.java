// SPDX-License-Identifier: Apache-2.0
package build.steading.server.mail;

import static build.steading.notify.Examples.closed;
import static build.steading.notify.Examples.ended;
import static build.steading.notify.Examples.request;
import static build.steading.notify.Examples.task;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.build.BuildRecord;
import build.steading.build.BuildSpec;
import build.steading.build.BuildState;
import build.steading.build.Notice;
import build.steading.build.Notice.Channel;
import build.steading.build.RequestRecord.State;
import build.steading.build.TaskRecord;
import build.steading.build.TaskState;
import build.steading.notify.Examples;
import build.steading.notify.Excerpt;
import build.steading.notify.Links;
import build.steading.notify.Message;
import build.steading.notify.Report;
import build.steading.notify.Report.Trouble;
import build.steading.platform.Requirement;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LetterTest {
    private static final TaskRecord COMPILE = task("compile", TaskState.FAILED, 2, Optional.empty());
    private static final TaskRecord DOCS = task("docs", TaskState.SUCCEEDED, 0, Optional.empty());
    private static final TaskRecord TEST = task("test[cc=gcc]", TaskState.TIMED_OUT, -1, Optional.empty());
    private static final Excerpt EXCERPT = new Excerpt(
            List.of("gcc -c a.c", "a.c:3:1: error: expected '<' & <b>bold</b>", "make: *** [a.o] Error 1"),
            7,
            OptionalInt.of(1));

    private static Letter letter(Report report, Links links) {
        var notice = new Notice(Channel.MAIL, "ann@example.org", Optional.of(1L));
        var message =
                new Message(5, report.build().id(), notice, Examples.NOW, Message.State.SENDING, 1, Examples.NOW, "");
        return Letter.about(report, message, links);
    }

    private static Letter letter(BuildRecord build, Trouble... troubles) {
        var requests = List.of(closed(request(1, "ann", "ann@example.org"), State.ANSWERED, ""), request(2, "bob", ""));
        return letter(new Report(build, requests, List.of(troubles)), new Links(Optional.empty()));
    }

    private static Letter failed() {
        return letter(ended(12, BuildState.FAILED, COMPILE, DOCS), new Trouble(COMPILE, Optional.of(EXCERPT)));
    }

    @Test
    void subjectSaysTheVerdictAndWhichTaskIsToBlame() {
        assertThat(letter(ended(12, BuildState.SUCCEEDED, DOCS)).subject()).isEqualTo("lua - main: build 12 succeeded");
        assertThat(failed().subject()).isEqualTo("lua - task compile failed (build 12)");
        assertThat(letter(
                                ended(12, BuildState.TIMED_OUT, TEST, COMPILE),
                                new Trouble(TEST, Optional.empty()),
                                new Trouble(COMPILE, Optional.empty()))
                        .subject())
                .isEqualTo("lua - task test[cc=gcc] and 1 more timed out (build 12)");
        assertThat(letter(ended(12, BuildState.CANCELLED)).subject()).isEqualTo("lua - main: build 12 was cancelled");
        assertThat(letter(ended(12, BuildState.INFRA_ERROR)).subject())
                .isEqualTo("lua - main: build 12 failed through the farm's own fault");
    }

    @Test
    void plainTextShowsWhatSomebodyNeedsToRead() {
        assertThat(PlainLetter.write(failed())).isEqualTo("""
            Build 12 of lua failed

            Revision:     main, 012345678901
            Commit:       Read ÿ < ✓ & be glad
            Options:      opt=O2
            Asked for by: ann, bob
            Took:         50.0 s

            Task compile: Exit code 2

              gcc -c a.c
            > a.c:3:1: error: expected '<' & <b>bold</b>
              make: *** [a.o] Error 1

            compile  failed       12.3 s        worker-1
            docs     succeeded    12.3 s        cached

            More: steading show 12
            """);
    }

    @Test
    void htmlQuotesWhatComesFromOutside() {
        var html = HtmlLetter.write(failed());

        assertThat(html)
                .contains("Read ÿ &lt; ✓ &amp; be glad", "expected &#39;&lt;&#39; &amp; &lt;b&gt;bold&lt;/b&gt;")
                .contains("<code", "steading show 12")
                .doesNotContain("<b>bold", "http");
        assertThat(html.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(998));
    }

    @Test
    void pageOfTheServerIsLinked() {
        var report = new Report(ended(12, BuildState.SUCCEEDED), List.of(), List.of());
        var letter = letter(report, new Links(Optional.of(URI.create("https://farm.example.org/x/"))));

        assertThat(HtmlLetter.write(letter)).contains("<a href=\"https://farm.example.org/x/build/12\">");
        assertThat(PlainLetter.write(letter)).endsWith("\nhttps://farm.example.org/x/build/12\n");
    }

    @Test
    void requesterLearnsWhatBecameOfTheDelivery() {
        var mine = closed(request(1, "ann", "ann@example.org"), State.UNDELIVERED, "Disk full");
        var others = closed(request(2, "bob", ""), State.UNDELIVERED, "Not allowed");
        var report = new Report(ended(12, BuildState.SUCCEEDED), List.of(mine, others), List.of());

        assertThat(letter(report, new Links(Optional.empty())).facts())
                .contains(new Letter.Fact("Delivery", "Disk full"))
                .doesNotContain(new Letter.Fact("Delivery", "Not allowed"));
    }

    @Test
    void ofManyTasksThoseThatDidNotSucceedAreShown() {
        var many = IntStream.range(0, 300)
                .mapToObj(n -> task("t" + n, n == 250 ? TaskState.FAILED : TaskState.SUCCEEDED, 0, Optional.empty()))
                .toArray(TaskRecord[]::new);
        var letter = letter(ended(12, BuildState.FAILED, many));

        assertThat(letter.rows())
                .hasSize(100)
                .first()
                .satisfies(row -> assertThat(row.task()).isEqualTo("t250"));
        assertThat(PlainLetter.write(letter)).contains("and 200 more tasks");
    }

    @Test
    void lineEndsCannotComeInFromOutside() {
        var build = ended(12, BuildState.FAILED);
        var spec = build.spec();
        var evil = new BuildSpec(
                "lua\r\nBcc: eve@example.org",
                spec.source(),
                spec.root(),
                spec.options(),
                spec.matrix(),
                List.of("a\nb"),
                spec.command(),
                false,
                Requirement.ANY);
        var letter = letter(new BuildRecord(
                build.id(),
                evil,
                build.state(),
                "",
                build.created(),
                build.started(),
                build.ended(),
                Optional.empty(),
                List.of()));

        assertThat(letter.subject()).isEqualTo("lua Bcc: eve@example.org - main: build 12 failed");
        assertThat(letter.facts()).contains(new Letter.Fact("Tasks", "a b"));
    }
}
