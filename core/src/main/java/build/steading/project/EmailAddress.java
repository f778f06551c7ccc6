// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.SteadingException;
import build.steading.tree.RelativePath;
import java.util.Locale;
import java.util.regex.Pattern;

/// Where a mail goes: a plain address such as `ann@example.org`, without a name around it.
///
/// It has no spaces, quotes, brackets or line ends, so it can stand in a header of a mail or a command to a mail
/// server as it is.
///
/// @param text in ASCII, as its owner writes it
public record EmailAddress(String text) {
    private static final int MAX_CHARACTERS = 254;
    private static final Pattern FORM =
            Pattern.compile("(?=.{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
                    + "@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)*"
                    + "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

    /// @throws SteadingException with `Invalid` if it is none
    public EmailAddress {
        if (!isValid(text)) {
            throw SteadingException.invalid(
                    "Found `%s`, allowed is an address such as `ann@example.org`",
                    RelativePath.printable(text.length() > MAX_CHARACTERS ? text.substring(0, MAX_CHARACTERS) : text));
        }
    }

    static boolean isValid(String text) {
        return text.length() <= MAX_CHARACTERS && FORM.matcher(text).matches();
    }

    /// Returns what is equal for two spellings of one address: nobody has two mailboxes that differ in case.
    public String key() {
        return text.toLowerCase(Locale.ROOT);
    }

    public String domain() {
        return text.substring(text.indexOf('@') + 1);
    }
}
