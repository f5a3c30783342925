package dev.espalier.activities.shelf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The commit protocol under seeded schedules of crashes, delays, lost answers and repeated calls;
 * see docs/commit-protocol.md. More schedules: {@code -Despalier.schedules=1000000}.
 */
class CommitProtocolTest {
  private static final int SCHEDULES = Integer.getInteger("espalier.schedules", 10_000);

  private static final Path MEMORY = Path.of("/dev/shm");

  private Path folder;
  private Cache cache;

  /** In memory where that can be: each schedule fetches some dozen parts. */
  @BeforeEach
  void open() throws Exception {
    folder =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "schedules")
            : Files.createTempDirectory("schedules");
    cache = new Cache(folder, Cache.DEFAULT_BYTES);
  }

  @AfterEach
  void delete() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  @Test
  void everyInvariantHoldsInEverySchedule() throws Exception {
    long began = System.nanoTime();
    long calls = 0;
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      Schedule.Outcome outcome = Schedule.run(seed, Mutant.NONE, cache, false);
      if (outcome.failure().isPresent()) fail(story(seed, Mutant.NONE), outcome.failure().get());
      calls += outcome.calls();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "commit protocol: %,d schedules with %,d calls in %.1f s (%.0f schedules/s)%n",
        SCHEDULES,
        calls,
        seconds,
        SCHEDULES / seconds);
    assertThat(calls).isGreaterThan(50L * SCHEDULES);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void everyBrokenProtocolIsCaught(Mutant mutant) throws Exception {
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      Schedule.Outcome outcome = Schedule.run(seed, mutant, cache, false);
      if (outcome.failure().isEmpty()) continue;
      String reason = outcome.failure().get().getMessage();
      System.out.printf("mutant %s: caught by schedule %d, %s%n", mutant, seed, reason);
      assertThat(outcome.failure().get()).isInstanceOf(Invariants.Violation.class);
      return;
    }
    fail(mutant + " was not caught in " + SCHEDULES + " schedules");
  }

  @Test
  void aScheduleIsAFunctionOfItsSeed() throws Exception {
    for (long seed = 1; seed <= 50; seed++) {
      List<String> trace = Schedule.run(seed, Mutant.NONE, cache, true).trace();
      assertThat(Schedule.run(seed, Mutant.NONE, cache, true).trace()).isEqualTo(trace);
    }
  }

  private String story(long seed, Mutant mutant) throws InterruptedException {
    Schedule.Outcome again = Schedule.run(seed, mutant, cache, true);
    return String.format(
        "seed %d: %s%n%s", seed, again.failure(), String.join("\n", again.trace()));
  }
}
