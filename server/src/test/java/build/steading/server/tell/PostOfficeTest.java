// SPDX-License-Identifier: Apache-2.0
package build.steading.server.tell;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.steading.api.v1.ExecutionDetails;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.build.BuildId;
import build.steading.build.BuildRecords.Query;
import build.steading.build.BuildSpec;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.BuildState;
import build.steading.build.Builds;
import build.steading.build.Builds.Order;
import build.steading.build.FileDelivery;
import build.steading.build.Plans;
import build.steading.build.Platforms;
import build.steading.build.Priority;
import build.steading.build.RequestRecord;
import build.steading.build.Sources;
import build.steading.build.Telling;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.lifecycle.ManualClock;
import build.steading.lifecycle.Resources;
import build.steading.notify.Examples;
import build.steading.notify.Outbox;
import build.steading.notify.Recipients;
import build.steading.project.EmailAddress;
import build.steading.server.mail.MailConfig;
import build.steading.server.mail.MailConfig.Tls;
import build.steading.server.sql.SqliteBuildRecords;
import build.steading.server.sql.SqliteDatabase;
import build.steading.server.sql.SqliteOutbox;
import build.steading.server.sql.SqliteWarmRecords;
import build.steading.source.Revision;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;
import com.google.protobuf.Any;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Builds that fail, their records in a file, and a mail server: whoever waited gets one mail, whatever dies.
class PostOfficeTest {
    private static final String YAML = """
        project: lua
        tasks: {compile: {run: make}}
        notify: [{email: team@example.org, on: [changed]}, {email: joy@example.org, on: [succeeded]}]
        """;

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock();
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Trees trees = new Trees(blobs, 1 << 20);
    private final CountDownLatch go = new CountDownLatch(1);
    private final int port = freePort();
    private final GreenMail server = new GreenMail(new ServerSetup(port, "127.0.0.1", "smtp"));
    private Resources process = new Resources();
    private Outbox outbox;
    private SqliteBuildRecords records;
    private PostOffice office;

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void open() {
        var database = process.add(new SqliteDatabase(directory.resolve("records.db")));
        records = new SqliteBuildRecords(database);
        outbox = new SqliteOutbox(database);
    }

    @AfterEach
    void close() {
        process.close();
        server.stop();
    }

    private Telling tellByMail() {
        var mail = new MailConfig("127.0.0.1", port, new EmailAddress("farm@example.org"), Tls.NONE, Optional.empty());
        var config = new TellingConfig(TellingConfig.NONE.links(), Optional.of(mail), List.of());
        office = process.add(PostOffice.open(config, new PostOffice.Stores(records, outbox, blobs), clock));
        return office.telling();
    }

    /// As if the process died once builds have ended, but before anything is sent.
    private Telling tellNobodyYet() {
        return new Recipients(records, true, List.of(), () -> {});
    }

    private Builds builds(Telling telling) {
        var sources = new Sources() {
            @Override
            public Digest restore(SourceRef source) {
                return Digest.EMPTY;
            }

            @Override
            public List<String> ancestry(SourceRef source, int limit) {
                return List.of();
            }
        };
        var warm = new SqliteWarmRecords(process.add(new SqliteDatabase(directory.resolve("warm.db"))), clock, 1);
        var ports = new Builds.Ports(
                blobs,
                new Failing(),
                Platforms.OURS,
                sources,
                warm,
                records,
                (_, _, _) -> List.of(),
                new FileDelivery(blobs, trees),
                telling);
        return process.add(new Builds(ports, trees, new Plans(blobs, trees), new Builds.Limits(4, 4, 9), clock));
    }

    private BuildSpec spec() {
        var draft = new TreeDraft();
        draft.put("steading.yaml", new Node.File(Blobs.put(blobs, YAML.getBytes(StandardCharsets.UTF_8)), false));
        var revision = new Revision("c".repeat(40), "t".repeat(40), "main", false, Instant.EPOCH, "Subject");
        return BuildSpec.of("lua", new SourceRef("/repository", "", "", revision), draft.store(trees));
    }

    private static RequestRecord ask(Builds builds, BuildSpec spec, String who) {
        return builds.submit(
                spec,
                new Order(
                        who, Optional.of(who + "@example.org"), Priority.INTERACTIVE, Optional.empty(), List.of(), ""));
    }

    private static void await(BooleanSupplier fact) throws InterruptedException {
        for (var i = 0; i < 4000 && !fact.getAsBoolean(); i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(fact.getAsBoolean()).isTrue();
    }

    private void awaitEnd(Builds builds, BuildId id) throws InterruptedException {
        await(() -> builds.find(id).orElseThrow().state().isFinal()
                && builds.underWay().isEmpty());
    }

    private void awaitEmptyOutbox() throws InterruptedException {
        await(() -> outbox.summary(0).pending() == 0);
    }

    private List<String> recipients() {
        return Arrays.stream(server.getReceivedMessages())
                .map(PostOfficeTest::recipient)
                .sorted()
                .toList();
    }

    private static String recipient(MimeMessage mail) {
        try {
            return mail.getAllRecipients()[0].toString();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everybodyWhoWaitsGetsOneMailAndWhoeverWithdrewNone() throws Exception {
        server.start();
        var builds = builds(tellByMail());
        var spec = spec();
        var first = ask(builds, spec, "ann");
        ask(builds, spec, "bob");
        var gone = ask(builds, spec, "eve");
        var last = ask(builds, spec, "dan");
        assertThat(last.build()).isEqualTo(first.build());
        builds.withdraw(first.build(), List.of(gone.id()), "eve");
        go.countDown();

        awaitEnd(builds, first.build());
        assertThat(server.waitForIncomingEmail(20_000, 4)).isTrue();
        awaitEmptyOutbox();
        assertThat(recipients())
                .containsExactly("ann@example.org", "bob@example.org", "dan@example.org", "team@example.org");
        assertThat(server.getReceivedMessages()[0].getSubject()).isEqualTo("lua - task compile failed (build 1)");
    }

    @Test
    void processThatDiesBeforeItSendsLeavesTheMailsToTheNext() throws Exception {
        var builds = builds(tellNobodyYet());
        var request = ask(builds, spec(), "ann");
        go.countDown();
        awaitEnd(builds, request.build());
        process.close();

        server.start();
        process = new Resources();
        open();
        assertThat(outbox.summary(0).pending()).isEqualTo(2);
        tellByMail();
        assertThat(server.waitForIncomingEmail(20_000, 2)).isTrue();
        awaitEmptyOutbox();
        assertThat(recipients()).containsExactly("ann@example.org", "team@example.org");
    }

    @Test
    void buildThatIsGoneOnWithByTheNextProcessTellsItsRequesters() throws Exception {
        var builds = builds(tellNobodyYet());
        ask(builds, spec(), "ann");
        ask(builds, spec(), "bob");
        process.close();

        server.start();
        process = new Resources();
        open();
        var next = builds(tellByMail());
        next.recall().run();
        go.countDown();
        assertThat(server.waitForIncomingEmail(20_000, 3)).isTrue();
        awaitEmptyOutbox();
        assertThat(recipients()).containsExactly("ann@example.org", "bob@example.org", "team@example.org");
    }

    @Test
    void mailServerThatIsDownForAWhileGetsEachMailOnce() throws Exception {
        var builds = builds(tellByMail());
        var request = ask(builds, spec(), "ann");
        go.countDown();
        awaitEnd(builds, request.build());
        await(() -> outbox.summary(0).late() == 2);
        assertThat(records.builds(new Query.ById(request.build())).getFirst().state())
                .isEqualTo(BuildState.FAILED);

        server.start();
        clock.advance(Duration.ofSeconds(10));
        office.telling().stored();
        awaitEmptyOutbox();
        assertThat(recipients()).containsExactly("ann@example.org", "team@example.org");
        assertThat(outbox.summary(9).newestFailed()).isEmpty();
    }

    /// Runs nothing: says, once it may, that the command failed.
    private final class Failing implements ActionExecutor {
        @Override
        public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
            return new Execution() {
                @Override
                public Outcome await() throws InterruptedException {
                    go.await();
                    return new Outcome.Completed(failed(), false, List.of());
                }

                @Override
                public boolean follow(ExecutionObserver another) {
                    return false;
                }

                @Override
                public List<String> why() {
                    return List.of();
                }

                @Override
                public void withdraw(String by) {}
            };
        }

        private ActionResult failed() {
            var log = Examples.log(blobs, "make\nmake: *** No targets specified and no makefile found.  Stop.\n");
            var details = ExecutionDetails.newBuilder().setLogDigest(Digests.toProto(log));
            return ActionResult.newBuilder()
                    .setExitCode(2)
                    .setExecutionMetadata(
                            ExecutedActionMetadata.newBuilder().addAuxiliaryMetadata(Any.pack(details.build())))
                    .build();
        }
    }
}
