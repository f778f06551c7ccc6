// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Brings classes in jars up to a version of the class-file format that an AOT cache takes: `java OldClasses.java
/// JAR…`. Those for Java 5 and older have no stack maps, and would be read, checked and linked anew by each
/// process. What they do stays the same.
final class OldClasses {
    /// The first that requires stack maps (JVMS 25, section 4.10).
    private static final int WITH_STACK_MAPS = ClassFile.JAVA_7_VERSION;

    private OldClasses() {}

    public static void main(String[] jars) throws IOException {
        for (var jar : jars) {
            try (var files = FileSystems.newFileSystem(Path.of(jar), Map.of())) {
                renew(files);
            }
        }
    }

    private static void renew(FileSystem jar) throws IOException {
        var resolver = ClassHierarchyResolver.ofResourceParsing(type -> open(jar, type.descriptorString()))
                .orElse(ClassHierarchyResolver.defaultResolver())
                .cached();
        var format = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(resolver));
        for (var file : classes(jar)) {
            var old = format.parse(Files.readAllBytes(file));
            if (old.majorVersion() < WITH_STACK_MAPS) {
                // Bodies are put together anew, which computes the stack maps.
                var whole = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                        .andThen((builder, element) -> {
                            if (element instanceof ClassFileVersion) {
                                builder.withVersion(WITH_STACK_MAPS, 0);
                            } else {
                                builder.with(element);
                            }
                        });
                Files.write(file, format.transformClass(old, whole));
            }
        }
    }

    private static List<Path> classes(FileSystem jar) throws IOException {
        try (var all = Files.walk(jar.getPath("/"))) {
            return all.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    private static InputStream open(FileSystem jar, String descriptor) {
        var file = jar.getPath("/" + descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return Files.exists(file) ? Files.newInputStream(file) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
