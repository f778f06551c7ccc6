// SPDX-License-Identifier: Apache-2.0
/// Tells people and programs how builds ended: [build.steading.notify.Recipients] decides who,
/// [build.steading.notify.Messenger] sends what the [build.steading.notify.Outbox] has, and
/// [build.steading.notify.Reports] finds out what there is to say.
package build.steading.notify;
