// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import static build.steading.notify.Examples.closed;
import static build.steading.notify.Examples.ended;
import static build.steading.notify.Examples.request;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.build.BuildState;
import build.steading.build.MemoryBuildRecords;
import build.steading.build.Notice;
import build.steading.build.RequestRecord;
import build.steading.build.RequestRecord.State;
import build.steading.project.Notify;
import build.steading.project.Notify.Event;
import build.steading.project.Notify.Target;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipientsTest {
    private final MemoryBuildRecords records = new MemoryBuildRecords();

    private List<String> told(List<Hook> hooks, BuildState state, List<RequestRecord> requests, Notify... wanted) {
        var recipients = new Recipients(records, true, hooks, () -> {});
        return recipients.notices(ended(9, state), requests, Arrays.asList(wanted)).stream()
                .map(Notice::recipient)
                .toList();
    }

    private static Notify mail(String address, Event... on) {
        return new Notify(new Target.Email(address), Arrays.asList(on));
    }

    private static RequestRecord answered(long id, String requester, String email) {
        return closed(request(id, requester, email), State.ANSWERED, "");
    }

    @Test
    void everyRequesterWithAnAddressIsToldButWhoeverWithdrew() {
        var requests = List.of(
                answered(1, "ann", "ann@example.org"),
                answered(2, "bob", ""),
                closed(request(3, "eve", "eve@example.org"), State.WITHDRAWN, ""),
                closed(request(4, "dan", "dan@example.org"), State.UNDELIVERED, "Disk full"));

        assertThat(told(List.of(), BuildState.SUCCEEDED, requests))
                .containsExactly("ann@example.org", "dan@example.org");
    }

    @Test
    void addressIsToldOnceHoweverOftenItAsks() {
        var requests = List.of(
                answered(1, "ann", "ann@example.org"),
                answered(2, "ann", "Ann@example.org"),
                answered(3, "bob", "bob@example.org"));
        var wanted = mail("bob@example.org", Event.FINISHED);

        assertThat(told(List.of(), BuildState.FAILED, requests, wanted, mail("${requester}", Event.FINISHED)))
                .containsExactly("ann@example.org", "bob@example.org");
    }

    @Test
    void requesterCanBePartOfAnAddress() {
        var requests = List.of(answered(1, "ann", ""), closed(request(2, "eve", ""), State.WITHDRAWN, ""));

        assertThat(told(List.of(), BuildState.FAILED, requests, mail("${requester}@example.org", Event.FAILED)))
                .containsExactly("ann@example.org");
    }

    @ParameterizedTest
    @CsvSource({
        "SUCCEEDED, finished succeeded",
        "FAILED, finished failed changed",
        "TIMED_OUT, finished failed changed",
        "INFRA_ERROR, finished failed changed",
        "CANCELLED, finished",
    })
    void eventsFollowTheVerdictAndTheFirstBuildChangesSomethingIfItFails(BuildState state, String events) {
        assertThat(told(
                        List.of(),
                        state,
                        List.of(),
                        mail("finished", Event.FINISHED),
                        mail("succeeded", Event.SUCCEEDED),
                        mail("failed", Event.FAILED),
                        mail("changed", Event.CHANGED)))
                .containsExactly(events.split(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "SUCCEEDED, SUCCEEDED, false",
        "SUCCEEDED, FAILED, true",
        "FAILED, TIMED_OUT, false",
        "FAILED, SUCCEEDED, true",
        "FAILED, CANCELLED, false",
    })
    void changeIsFromThePreviousBuildOfTheBranch(BuildState before, BuildState now, boolean changed) {
        var id = records.open(Examples.fresh(), request(0, "ann", "")).build();
        records.save(ended(id, before, Examples.NOW), List.of(), List.of());

        assertThat(!told(List.of(), now, List.of(), mail("x@example.org", Event.CHANGED))
                        .isEmpty())
                .isEqualTo(changed);
    }

    @Test
    void hooksAreToldOfTheirProjectsAndEvents() {
        var hooks = List.of(
                new Hook("all", Set.of(), Set.of(Event.FINISHED)),
                new Hook("bad", Set.of("lua"), Set.of(Event.FAILED)),
                new Hook("other", Set.of("python"), Set.of(Event.FINISHED)),
                new Hook("asked", Set.of(), Set.of()));

        assertThat(told(hooks, BuildState.SUCCEEDED, List.of())).containsExactly("all");
        assertThat(told(hooks, BuildState.FAILED, List.of())).containsExactly("all", "bad");
    }

    @Test
    void projectNamesHooksThatAreOpenToIt() {
        var hooks = List.of(new Hook("asked", Set.of(), Set.of()), new Hook("other", Set.of("python"), Set.of()));

        assertThat(told(
                        hooks,
                        BuildState.SUCCEEDED,
                        List.of(),
                        new Notify(new Target.Webhook("asked"), List.of(Event.SUCCEEDED)),
                        new Notify(new Target.Webhook("other"), List.of(Event.SUCCEEDED)),
                        new Notify(new Target.Webhook("unknown"), List.of(Event.SUCCEEDED))))
                .containsExactly("asked");
    }

    @Test
    void withoutAWayToSendMailNobodyIsToldByMail() {
        var recipients = new Recipients(records, false, List.of(), () -> {});
        var requests = List.of(answered(1, "ann", "ann@example.org"));

        assertThat(recipients.notices(ended(9, BuildState.FAILED), requests, List.of()))
                .isEmpty();
    }
}
