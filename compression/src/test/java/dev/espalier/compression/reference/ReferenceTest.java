package dev.espalier.compression.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every checker on every case of the reference set that it accepts, and prints one line for
 * each. A case nobody accepts is listed and skipped.
 */
@Tag("reference")
class ReferenceTest {
  @TestFactory
  Stream<DynamicTest> everyCaseLiesWithinItsTolerance() {
    List<Path> cases = ReferenceSet.cases();
    assertThat(cases).as("reference cases in %s", ReferenceSet.root()).isNotEmpty();
    return cases.stream().flatMap(ReferenceTest::tests);
  }

  private static Stream<DynamicTest> tests(Path caseDir) {
    String name = ReferenceSet.root().relativize(caseDir).toString();
    List<ReferenceChecker> checkers =
        ReferenceCheckers.ALL.stream().filter(c -> c.accepts(caseDir)).toList();
    if (checkers.isEmpty()) {
      return Stream.of(DynamicTest.dynamicTest(name, () -> unsupported(name)));
    }
    return checkers.stream()
        .map(
            checker ->
                DynamicTest.dynamicTest(
                    name + " " + checker.getClass().getSimpleName(),
                    () -> check(name, checker, caseDir)));
  }

  private static void unsupported(String name) {
    print("unsupported", name, "no checker reads this kind of case");
    Assumptions.abort("no checker reads " + name);
  }

  private static void check(String name, ReferenceChecker checker, Path caseDir) throws Exception {
    List<Outcome> outcomes = checker.checks(caseDir);
    for (Outcome outcome : outcomes) {
      print(
          outcome.passed() ? "ok" : "FAILED",
          name,
          String.format(
              Locale.ROOT,
              "%s: error %.3g, tolerance %.3g",
              outcome.what(),
              outcome.error(),
              outcome.tolerance()));
    }
    assertThat(outcomes).as(name).isNotEmpty().allMatch(Outcome::passed);
  }

  private static void print(String status, String name, String text) {
    System.out.printf("reference %-11s %-45s %s%n", status, name, text);
  }
}
