// SPDX-License-Identifier: Apache-2.0
/// Tells people by mail how builds ended. [build.steading.server.mail.Letter] says what is in a mail;
/// [build.steading.server.mail.MailCarrier] sends it.
package build.steading.server.mail;
