// SPDX-License-Identifier: Apache-2.0
package build.steading.server.tell;

import build.steading.blob.BlobStore;
import build.steading.build.BuildRecords;
import build.steading.build.Notice.Channel;
import build.steading.build.Telling;
import build.steading.lifecycle.Resources;
import build.steading.notify.Carrier;
import build.steading.notify.Messenger;
import build.steading.notify.Outbox;
import build.steading.notify.Recipients;
import build.steading.notify.Reports;
import build.steading.notify.Retries;
import build.steading.server.hook.HookCarrier;
import build.steading.server.hook.HookConfig;
import build.steading.server.mail.MailCarrier;
import java.time.InstantSource;
import java.util.EnumMap;

/// All that tells people and programs how builds ended, as the configuration says. Thread-safe.
public final class PostOffice implements AutoCloseable {
    private final Resources resources = new Resources();
    private final Telling telling;

    /// What it stands on.
    ///
    /// @param outbox filled by `records`
    public record Stores(BuildRecords records, Outbox outbox, BlobStore blobs) {}

    private PostOffice(TellingConfig config, Stores stores, InstantSource clock) {
        var reports = new Reports(stores.records(), stores.blobs());
        var carriers = new EnumMap<Channel, Carrier>(Channel.class);
        config.mail().ifPresent(mail -> carriers.put(Channel.MAIL, new MailCarrier(mail, reports, config.links())));
        if (!config.hooks().isEmpty()) {
            var hooks = resources.add(new HookCarrier(config.hooks(), reports, config.links(), clock));
            carriers.put(Channel.WEBHOOK, hooks);
        }
        var messenger = resources.add(new Messenger(stores.outbox(), carriers, Retries.STANDARD, clock));
        this.telling = new Recipients(
                stores.records(),
                config.mail().isPresent(),
                config.hooks().stream().map(HookConfig::hook).toList(),
                messenger::wake);
        messenger.start();
    }

    /// Begins to send, also what an earlier process did not.
    public static PostOffice open(TellingConfig config, Stores stores, InstantSource clock) {
        return new PostOffice(config, stores, clock);
    }

    /// Returns what tells builds whom to tell.
    public Telling telling() {
        return telling;
    }

    /// Sends no more; what is unsent stays in the outbox.
    @Override
    public void close() {
        resources.close();
    }
}
