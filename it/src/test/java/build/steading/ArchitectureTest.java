// SPDX-License-Identifier: Apache-2.0
package build.steading;

import static build.steading.HousePlan.isWithin;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.HousePlan.Arrow;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds the house to its plan: which package uses which.
class ArchitectureTest {
    /// Every arrow that there is; no other is allowed. A row names a package, the packages of ours that it uses,
    /// and after the bar those of others. A package uses only those above it here, so there are no cycles, and of
    /// other modules only core, but for cli, which puts them all together.
    ///
    /// To allow an arrow, add its end to the row of its start. If the end stands below the start, the code is in
    /// the wrong room: move it, or let the room above declare a port.
    private static final HousePlan PLAN = HousePlan.parse("""
        core
          digest:    | build.bazel com.google.protobuf org.bouncycastle
          failure:   digest
          lifecycle:
          auth:      failure | javax.net javax.security org.bouncycastle
          platform:  failure | com.google.common dev.cel
          blob:      digest failure lifecycle | com.google.protobuf
          blob.pack: blob digest failure lifecycle | com.google.protobuf
          tree:      blob digest failure | build.bazel com.google.protobuf
          action:    blob digest failure lifecycle | build.bazel build.steading.api com.google.protobuf
          chunk:     action blob digest failure | build.bazel
          log:       failure | com.google.protobuf
          schedule:  platform
          execute:   digest failure log platform schedule | build.bazel
          wire:      digest execute failure platform schedule | build.steading.api com.google.protobuf
          source:    digest
          yaml:      failure tree | org.snakeyaml
          project:   failure platform tree yaml | com.google.re2j
          build:     blob digest execute failure lifecycle log platform project schedule source tree
                     | build.bazel build.steading.api com.google.protobuf
          notify:    blob build digest failure log project | com.google.protobuf
        client
          client:    action auth blob build digest execute failure lifecycle log platform schedule
                     tree wire | build.bazel build.steading.api com.github.luben com.google.bytestream
                     com.google.longrunning com.google.protobuf com.google.rpc io.grpc javax.net
        conformance
          conformance: | build.bazel com.github.luben com.google.bytestream com.google.longrunning com.google.protobuf
                         com.google.rpc io.grpc
        scm
          scm.git:   blob digest failure source tree | build.bazel com.google.protobuf org.eclipse.jgit
        worker
          worker.sandbox: digest failure
          worker.input:   blob digest execute failure lifecycle tree worker.sandbox | build.bazel com.google.protobuf
          worker.output:  blob digest execute failure tree worker.input worker.sandbox
                          | build.bazel com.google.protobuf
          worker.host:    | com.sun.management
          worker.terms:   auth failure platform worker.host yaml
          worker:         blob digest execute failure lifecycle log platform schedule tree worker.host
                          worker.input worker.output worker.sandbox worker.terms
                          | build.bazel build.steading.api com.google.protobuf
        compile
          compile.argv:
          compile.source: compile.argv
          compile.files: blob compile.source digest failure
          compile.toolchain: compile.argv
          compile.service: blob compile.argv compile.files compile.source compile.toolchain digest execute failure log
                           platform schedule tree | build.bazel com.google.protobuf
        server
          server.asset: action blob digest failure yaml | java.net.http
          server.bazel: build digest execute failure platform source | build.bazel com.google.protobuf
          server.sql:  auth build digest execute failure notify server.asset source
                       | build.steading.api com.google.protobuf java.sql
          server.farm: action auth blob digest execute failure log platform schedule
                       | build.bazel com.google.protobuf
          server.web:  failure | com.sun.net javax.net
          server.grpc: action auth blob build chunk digest execute failure lifecycle log platform schedule
                       server.asset server.bazel tree wire | build.bazel build.steading.api com.github.luben
                       com.google.bytestream com.google.devtools
                       com.google.longrunning com.google.protobuf com.google.rpc io.grpc javax.net
          server.mail: build digest failure notify project source yaml | jakarta.mail org.eclipse.angus
          server.hook: build failure notify project source yaml | com.fasterxml.jackson java.net.http javax.crypto
          server.tell: blob build lifecycle notify server.hook server.mail yaml
          server.config: failure server.asset server.tell yaml
        cli
          cli.door:    failure lifecycle | jdk.net
          cli.command: auth blob build cli.door client compile.service conformance digest execute failure lifecycle log platform
                       project schedule source tree yaml | com.fasterxml.jackson com.google.protobuf picocli
          cli:         action auth blob blob.pack build cli.command cli.door client compile.files compile.service
                       compile.toolchain digest execute failure lifecycle notify platform schedule
                       scm.git server.asset server.bazel server.config server.farm server.grpc server.sql server.tell
                       server.web source tree worker worker.host worker.sandbox worker.terms | picocli
        """);

    /// The one knot: `Failure.MissingBlobs` names digests, and whoever reads a digest that is none says so by a
    /// `Failure`.
    private static final Map<String, Arrow> KNOTS =
            Map.of("build.steading.digest.Digests", new Arrow("digest", "failure"));

    /// Stand in no row: Java itself, but for `NOT_FREE`, and annotations, which do nothing.
    private static final List<String> FREE =
            List.of("java", "org.jspecify.annotations", "com.google.errorprone.annotations");

    private static final List<String> NOT_FREE = List.of("java.sql", "java.net.http");

    private static final String ROOT = "build.steading.";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(place -> Stream.of("/test-classes/", "-tests.jar", "package-info.class")
                    .noneMatch(place::contains))
            .importPackages("build.steading");

    /// The arrows that there are, also within a package, each with an example.
    private static final Map<Arrow, String> ARROWS = CLASSES.stream()
            .filter(ArchitectureTest::isOurs)
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .filter(dependency -> !isKnot(dependency))
            .collect(toMap(ArchitectureTest::arrow, Dependency::getDescription, (first, _) -> first));

    @Test
    void everyPackageHasARow() {
        assertThat(CLASSES.stream()
                        .filter(ArchitectureTest::isOurs)
                        .map(ArchitectureTest::room)
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(PLAN.rooms().keySet());
    }

    @Test
    void everyArrowIsInThePlan() {
        var refused = ARROWS.entrySet().stream()
                .filter(arrow ->
                        !arrow.getKey().isLoop() && !isFree(arrow.getKey().to()) && !PLAN.allows(arrow.getKey()))
                .map(arrow -> "%s is not in `PLAN`, which says how to allow it: %s"
                        .formatted(arrow.getKey(), arrow.getValue()));
        assertThat(refused).isEmpty();
    }

    @Test
    void everyArrowInThePlanIsThere() {
        var needless = PLAN.rooms().values().stream()
                .flatMap(room -> room.targets()
                        .filter(target -> ARROWS.keySet().stream().noneMatch(arrow -> arrow.leads(room, target)))
                        .map(target -> "%s is in `PLAN`, but not needed".formatted(new Arrow(room.name(), target))));
        assertThat(needless).isEmpty();
    }

    @Test
    void arrowsPointDownwards() {
        assertThat(PLAN.rooms().values())
                .allSatisfy(room -> assertThat(PLAN.below(room)).containsAll(room.ours()));
    }

    @Test
    void modulesMeetOnlyInCli() {
        assertThat(PLAN.rooms().values())
                .filteredOn(room -> !room.module().equals("cli"))
                .allSatisfy(room -> assertThat(room.ours())
                        .extracting(used -> PLAN.rooms().get(used).module())
                        .isSubsetOf("core", room.module()));
    }

    /// The messages of services come along in the same packages as the services.
    @Test
    void coreKnowsNeitherServicesNorSql() {
        var core = PLAN.module("core").stream().map(room -> ROOT + room.name()).toArray(String[]::new);
        noClasses()
                .that()
                .resideInAnyPackage(core)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "java.sql..", "javax.sql..", "java.net.http..")
                .orShould()
                .dependOnClassesThat(simpleNameEndingWith("Grpc"))
                .check(CLASSES);
    }

    @Test
    void scheduleDependsOnItsArgumentsAlone() {
        noClasses()
                .that()
                .resideInAPackage("build.steading.schedule")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io", "java.nio..", "java.net..", "java.util.concurrent..", "java.util.random")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Thread.class,
                        ThreadLocal.class,
                        System.class,
                        Runtime.class,
                        Clock.class,
                        InstantSource.class,
                        Random.class)
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Math.class, "random")
                .check(CLASSES);
    }

    @Test
    void onlyCliEndsTheProcessAndPrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage("build.steading.cli..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }

    private static boolean isKnot(Dependency dependency) {
        return arrow(dependency).equals(KNOTS.get(dependency.getOriginClass().getName()));
    }

    private static boolean isFree(String target) {
        return FREE.stream().anyMatch(free -> isWithin(target, free))
                && NOT_FREE.stream().noneMatch(taken -> isWithin(target, taken));
    }

    private static Arrow arrow(Dependency dependency) {
        return new Arrow(room(dependency.getOriginClass()), room(dependency.getTargetClass()));
    }

    /// Returns the name by which `PLAN` calls the package of a class.
    private static String room(JavaClass type) {
        var name = type.getBaseComponentType().getPackageName();
        return isOurs(type) ? name.substring(ROOT.length()) : name;
    }

    /// What is generated from `.proto` files is foreign to all rooms.
    private static boolean isOurs(JavaClass type) {
        var name = type.getBaseComponentType().getPackageName();
        return isWithin(name, "build.steading") && !isWithin(name, "build.steading.api");
    }
}
