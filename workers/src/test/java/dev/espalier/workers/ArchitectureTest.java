package dev.espalier.workers;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;

/** What the modules may know of each other and of the libraries. */
@AnalyzeClasses(
    packages = "dev.espalier",
    importOptions = {
      ImportOption.DoNotIncludeTests.class,
      ArchitectureTest.DoNotIncludeTestArchives.class
    })
class ArchitectureTest {
  /** What the tests of other modules share comes as an archive once it is packaged. */
  static final class DoNotIncludeTestArchives implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule modulesPointOneWay =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("compression")
          .definedBy("dev.espalier.compression..")
          .layer("workflows")
          .definedBy("dev.espalier.workflows..")
          .layer("activities")
          .definedBy("dev.espalier.activities..")
          .layer("client")
          .definedBy("dev.espalier.client..")
          .layer("workers")
          .definedBy("dev.espalier.workers..")
          .whereLayer("workers")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("client")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("activities")
          .mayOnlyBeAccessedByLayers("client", "workers")
          .whereLayer("workflows")
          .mayOnlyBeAccessedByLayers("activities", "client", "workers");

  @ArchTest
  static final ArchRule theClientKnowsNoStageAndNoTensor =
      noClasses()
          .that()
          .resideInAPackage("dev.espalier.client..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl..",
              "dev.espalier.compression.tensor..",
              "dev.espalier.compression.network..",
              "dev.espalier.activities.metrics..")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching("dev\\.espalier\\.activities\\.(?!PendingActivities)[A-Z].*");

  @ArchTest
  static final ArchRule compressionKnowsNoServerStoreOrMeter =
      noClasses()
          .that()
          .resideInAPackage("dev.espalier.compression..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.temporal..", "io.minio..", "io.micrometer..");

  @ArchTest
  static final ArchRule workflowsKnowNoTensors =
      noClasses()
          .that()
          .resideInAPackage("dev.espalier.workflows..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl..",
              "dev.espalier.compression.tensor..",
              "dev.espalier.compression.network..");

  @ArchTest
  static final ArchRule workflowsReplay =
      noClasses()
          .that()
          .resideInAPackage("dev.espalier.workflows..")
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.time\\.(Clock|Instant|LocalDate|LocalDateTime|ZonedDateTime)"
                  + "|java\\.util\\.(Random|UUID|Timer)|java\\.security\\.SecureRandom"
                  + "|java\\.lang\\.Thread|java\\.util\\.concurrent\\..*");

  @ArchTest
  static final ArchRule workflowsAskNoClockAndNoDice =
      noClasses()
          .that()
          .resideInAPackage("dev.espalier.workflows..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule onlyTheShelfKnowsTheStore =
      noClasses()
          .that()
          .resideInAPackage("dev.espalier..")
          .and()
          .resideOutsideOfPackage("dev.espalier.activities.shelf..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.minio..");

  @ArchTest
  static final ArchRule compressionHasNoCycles =
      slices().matching("dev.espalier.compression.(*)..").should().beFreeOfCycles();
}
