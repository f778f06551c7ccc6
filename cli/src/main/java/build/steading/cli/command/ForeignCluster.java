// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.failure.SteadingException;
import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import build.steading.yaml.YamlFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A server of the Remote Execution API that runs a user's actions in place of his own machine, as it is noted in
/// `executor.yaml` in the state directory.
///
/// @param address `grpc://HOST:PORT`, `grpcs://HOST:PORT` or `unix:PATH`
/// @param instance the instance name that the server expects; may be empty
/// @param platform what every action says of the machine that it needs, in the server's own words
/// @param headers what the server wants to be shown with every call, for instance a key
public record ForeignCluster(URI address, String instance, Map<String, String> platform, Map<String, String> headers) {
    private static final String FILE = "executor.yaml";
    private static final List<String> KEYS = List.of("address", "instance", "platform", "headers");
    private static final Pattern ADDRESS =
            Pattern.compile("grpcs?://(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):[0-9]{1,5}|unix:/.+");
    private static final Pattern HEADER = Pattern.compile("[0-9a-z_.-]+(?<!-bin)");
    private static final String ADDRESSES = "`grpc://HOST:PORT`, `grpcs://HOST:PORT` or `unix:/PATH`";

    public ForeignCluster {
        platform = Map.copyOf(platform);
        headers = Map.copyOf(headers);
    }

    /// @throws SteadingException with `Invalid` if the address is none, or headers would be shown without TLS
    static ForeignCluster of(
            String address, String instance, Map<String, String> platform, Map<String, String> headers) {
        if (!ADDRESS.matcher(address).matches()) {
            throw SteadingException.invalid("`%s` is not %s", address, ADDRESSES);
        }
        headers.keySet().stream()
                .filter(name -> !HEADER.matcher(name).matches())
                .findFirst()
                .ifPresent(name -> {
                    throw SteadingException.invalid(
                            "`%s` is no name of a header: it must be of `a-z0-9_.-`, and not end with `-bin`", name);
                });
        if (!headers.isEmpty() && !address.startsWith("grpcs:")) {
            throw SteadingException.invalid("Headers are shown at `grpcs://HOST:PORT` only, not at `%s`", address);
        }
        return new ForeignCluster(URI.create(address), instance, platform, headers);
    }

    /// Reads what is noted.
    ///
    /// @return empty if the user's actions run on his own machine
    /// @throws SteadingException with `Invalid` if anything in the file is wrong, `Unavailable` if it cannot be
    ///     read
    public static Optional<ForeignCluster> read(Path stateDirectory) {
        var file = stateDirectory.resolve(FILE);
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        try {
            return YamlFile.read(file.toString(), Files.readAllBytes(file), ForeignCluster::from)
                    .map(read -> of(read.address().toString(), read.instance(), read.platform(), read.headers()));
        } catch (IOException e) {
            throw SteadingException.unavailable("File `%s` cannot be read: %s".formatted(file, e), e);
        }
    }

    private static ForeignCluster from(Value top) {
        var fields = Fields.of(top, KEYS);
        var address = fields.get("address")
                .flatMap(value -> value.text(ADDRESS, ADDRESSES))
                .orElse("");
        fields.required("address", ADDRESSES);
        var instance = fields.text("instance", "the name of an instance").orElse("");
        return new ForeignCluster(URI.create(address), instance, texts(fields, "platform"), texts(fields, "headers"));
    }

    private static Map<String, String> texts(Fields fields, String key) {
        var texts = new LinkedHashMap<String, String>();
        fields.get(key)
                .ifPresent(value -> value.entries("names with their values")
                        .forEach((name, each) -> each.scalar("text").ifPresent(text -> texts.put(name, text))));
        return texts;
    }

    /// Notes this: it holds for processes that start from now on. Only the user may read the file.
    ///
    /// @throws SteadingException with `Unavailable` if it cannot be written
    void write(Path stateDirectory) {
        // JSON is YAML.
        var text = Json.text(
                Map.of("address", address.toString(), "instance", instance, "platform", platform, "headers", headers));
        var file = stateDirectory.resolve(FILE);
        try {
            var fresh = Files.createTempFile(
                    stateDirectory,
                    FILE,
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, text + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw SteadingException.unavailable("File `%s` cannot be written: %s".formatted(file, e), e);
        }
    }

    /// Forgets what is noted.
    ///
    /// @throws SteadingException with `Unavailable` if the file cannot be deleted
    static void forget(Path stateDirectory) {
        try {
            Files.deleteIfExists(stateDirectory.resolve(FILE));
        } catch (IOException e) {
            throw SteadingException.unavailable(
                    "File `%s` cannot be deleted: %s".formatted(stateDirectory.resolve(FILE), e), e);
        }
    }

    /// Returns what people call it.
    @Override
    public String toString() {
        return "`%s`%s".formatted(address, instance.isEmpty() ? "" : ", instance `%s`".formatted(instance));
    }
}
