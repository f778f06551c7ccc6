// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.build.BuildRecord;
import build.steading.build.BuildRecords;
import build.steading.build.BuildRecords.Query;
import build.steading.build.BuildState;
import build.steading.build.Notice;
import build.steading.build.Notice.Channel;
import build.steading.build.RequestRecord;
import build.steading.build.Telling;
import build.steading.failure.SteadingException;
import build.steading.project.Notify;
import build.steading.project.Notify.Event;
import build.steading.project.Notify.Target;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Tells everybody who waits for a build, whom its project names, and the hooks of the server: each of them once.
/// Whoever withdrew a request does not wait. Thread-safe.
public final class Recipients implements Telling {
    private static final System.Logger LOG = System.getLogger(Recipients.class.getName());
    private static final String REQUESTER = "${requester}";

    private final BuildRecords records;
    private final boolean mail;
    private final List<Hook> hooks;
    private final Runnable wake;

    /// @param mail whether there is a way to send mail; if not, nobody is told by mail
    /// @param wake called when there is something to send; must not block
    public Recipients(BuildRecords records, boolean mail, List<Hook> hooks, Runnable wake) {
        this.records = records;
        this.mail = mail;
        this.hooks = List.copyOf(hooks);
        this.wake = wake;
    }

    @Override
    public List<Notice> notices(BuildRecord ended, List<RequestRecord> requests, List<Notify> wanted) {
        var waiting = requests.stream()
                .filter(request -> request.state() != RequestRecord.State.WITHDRAWN)
                .toList();
        var notices = new Notices(ended);
        for (var request : waiting) {
            request.email().ifPresent(address -> notices.mail(address, Optional.of(request.id())));
        }
        for (var entry : wanted) {
            if (notices.events.happened(entry.on())) {
                tell(entry.target(), waiting, notices);
            }
        }
        hooks.stream().filter(hook -> notices.events.happened(hook.on())).forEach(notices::hook);
        return List.copyOf(notices.byKey.values());
    }

    private void tell(Target target, List<RequestRecord> waiting, Notices notices) {
        switch (target) {
            case Target.Email(var text) when text.equals(REQUESTER) -> {
                // They have been told as those who wait.
            }
            case Target.Email(var text)
            when text.contains(REQUESTER) -> {
                for (var request : waiting) {
                    notices.mail(text.replace(REQUESTER, request.requester()), Optional.of(request.id()));
                }
            }
            case Target.Email(var text) -> notices.mail(text, Optional.empty());
            case Target.Webhook(var name) ->
                hooks.stream()
                        .filter(hook -> hook.name().equals(name))
                        .findFirst()
                        .ifPresentOrElse(
                                notices::hook,
                                () -> LOG.log(
                                        Level.WARNING,
                                        "Build {0} names the webhook `{1}`, which the server does not have",
                                        notices.ended.id(),
                                        name));
        }
    }

    @Override
    public void stored() {
        wake.run();
    }

    /// Gathers the notices for one build.
    private final class Notices {
        private final BuildRecord ended;
        private final Events events;
        private final Map<String, Notice> byKey = new LinkedHashMap<>();

        Notices(BuildRecord ended) {
            this.ended = ended;
            this.events = new Events(ended);
        }

        void mail(String address, Optional<Long> request) {
            if (mail) {
                add(new Notice(Channel.MAIL, address, request));
            }
        }

        void hook(Hook hook) {
            if (hook.serves(ended.spec().project())) {
                add(new Notice(Channel.WEBHOOK, hook.name(), Optional.empty()));
            }
        }

        private void add(Notice notice) {
            byKey.putIfAbsent(notice.key(ended.id()), notice);
        }
    }

    /// What the end of one build is worth telling as.
    private final class Events {
        private final BuildRecord ended;
        private Optional<Boolean> changed = Optional.empty();

        Events(BuildRecord ended) {
            this.ended = ended;
        }

        boolean happened(Collection<Event> wanted) {
            Set<Event> plain = switch (ended.state()) {
                case SUCCEEDED -> EnumSet.of(Event.FINISHED, Event.SUCCEEDED);
                case FAILED, TIMED_OUT, INFRA_ERROR -> EnumSet.of(Event.FINISHED, Event.FAILED);
                case CANCELLED -> EnumSet.of(Event.FINISHED);
                case QUEUED, RUNNING -> EnumSet.noneOf(Event.class);
            };
            return wanted.stream().anyMatch(plain::contains) || (wanted.contains(Event.CHANGED) && changed());
        }

        /// Looked up at most once for a build, and only if somebody wants to know.
        private boolean changed() {
            if (changed.isEmpty()) {
                changed = Optional.of(ended.state() != BuildState.CANCELLED && differsFromPrevious());
            }
            return changed.get();
        }

        private boolean differsFromPrevious() {
            try {
                var before = records.builds(new Query.Previous(ended)).stream()
                        .map(BuildRecord::state)
                        .findFirst()
                        .orElse(BuildState.SUCCEEDED);
                return (before == BuildState.SUCCEEDED) != (ended.state() == BuildState.SUCCEEDED);
            } catch (SteadingException e) {
                // Better told without need than not told at all.
                LOG.log(Level.WARNING, "Cannot tell whether build %s changed anything".formatted(ended.id()), e);
                return true;
            }
        }
    }
}
