// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The language and the character set that a compiler speaks to its user.
///
/// @param characters the locale that says which characters there are
/// @param messages the locale of messages
/// @param languages what else to look for messages in, the favourite first
record Tongue(String characters, String messages, List<String> languages) {
    /// Whose catalogues of messages matter; those of GCC may carry its version.
    private static final Pattern CATALOGUE =
            Pattern.compile("(?:gcc|cpplib|gas|bfd|opcodes|binutils|libc)(?:-[\\d.]+)?\\.mo");

    private static final Pattern NAME =
            Pattern.compile("(?<language>[^_.@]+)(?<land>_[^.@]+)?(?:\\.(?<set>[^@]+))?(?<modifier>@.+)?");

    private static final String LOCALES = "/usr/lib/locale/";
    private static final List<String> SHARED =
            List.of("/usr/share/locale/", "/usr/share/locale-langpack/", "/usr/local/share/locale/");
    private static final List<String> TABLES = List.of(LOCALES + "locale-archive", "/usr/share/locale/locale.alias");

    Tongue {
        languages = List.copyOf(languages);
    }

    /// Returns what a compiler makes of variables.
    static Tongue of(Map<String, String> environment) {
        var languages = List.of(environment.getOrDefault("LANGUAGE", "").split(":"));
        return new Tongue(
                category(environment, "LC_CTYPE"),
                category(environment, "LC_MESSAGES"),
                languages.stream().filter(language -> !language.isEmpty()).toList());
    }

    /// Returns whether text must be converted for the user by tables that are files.
    boolean needsConversion() {
        var matcher = NAME.matcher(characters);
        return !isPlain(characters)
                && !(matcher.matches()
                        && matcher.group("set") != null
                        && plainSet(matcher.group("set")).equals("utf8"));
    }

    /// Adds the files in which characters and messages are described. Names that are looked for in vain are
    /// watched.
    ///
    /// @param home where the compiler may have been installed with its messages
    void addTo(Footprint footprint, Path home) throws NotUsableException {
        if (isPlain(characters) && isPlain(messages)) {
            return;
        }
        TABLES.forEach(footprint::add);
        if (!isPlain(characters)) {
            variants(characters).forEach(name -> footprint.add(LOCALES + name + "/LC_CTYPE"));
        }
        if (!isPlain(messages)) {
            variants(messages).forEach(name -> footprint.add(LOCALES + name + "/LC_MESSAGES/SYS_LC_MESSAGES"));
            addCatalogues(footprint, home);
        }
    }

    private void addCatalogues(Footprint footprint, Path home) throws NotUsableException {
        var roots = new LinkedHashSet<>(SHARED);
        roots.add(home.resolve("share/locale") + "/");
        var wanted = new ArrayList<>(languages);
        wanted.add(messages);
        for (var root : roots) {
            for (var language : wanted) {
                for (var name : variants(language)) {
                    addFiles(footprint, Path.of(root + name + "/LC_MESSAGES"));
                }
            }
        }
    }

    private static void addFiles(Footprint footprint, Path directory) throws NotUsableException {
        if (footprint.add(directory.toString()).isEmpty()) {
            return;
        }
        try (var files = Files.newDirectoryStream(
                directory,
                file -> CATALOGUE.matcher(file.getFileName().toString()).matches())) {
            files.forEach(file -> footprint.add(file.toString()));
        } catch (IOException e) {
            throw NotUsableException.unreadable(directory, e);
        }
    }

    private static String category(Map<String, String> environment, String variable) {
        for (var name : List.of("LC_ALL", variable, "LANG")) {
            var value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                return value;
            }
        }
        return "C";
    }

    /// Returns whether a locale is built in.
    private static boolean isPlain(String locale) {
        return locale.equals("C") || locale.equals("POSIX");
    }

    /// Returns the names under which a locale is looked for. A name that might lead elsewhere has none.
    static Set<String> variants(String locale) {
        var matcher = NAME.matcher(locale);
        var variants = new LinkedHashSet<String>();
        if (!matcher.matches() || locale.indexOf('/') >= 0) {
            return variants;
        }
        for (var land : options(matcher.group("land"))) {
            for (var set : sets(matcher.group("set"))) {
                for (var modifier : options(matcher.group("modifier"))) {
                    variants.add(matcher.group("language") + land + set + modifier);
                }
            }
        }
        return variants;
    }

    private static List<String> options(@Nullable String part) {
        return part == null ? List.of("") : List.of(part, "");
    }

    private static List<String> sets(@Nullable String set) {
        return set == null ? List.of("") : List.of("." + set, "." + plainSet(set), "");
    }

    /// Returns the name of a character set as the C library writes it.
    private static String plainSet(String set) {
        var plain = set.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return plain.chars().allMatch(Character::isDigit) ? "iso" + plain : plain;
    }
}
