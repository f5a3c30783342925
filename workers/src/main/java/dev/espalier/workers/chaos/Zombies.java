package dev.espalier.workers.chaos;

import dev.espalier.workers.chaos.Attempts.Attempt;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A worker sleeps (SIGSTOP) past the timeout, another takes its stage over and commits, the first
 * wakes (SIGCONT) and must not write any more.
 */
final class Zombies implements Trial {
  private static final int A_RUN = 2;
  private static final long WAKE_MILLIS = 4_000;
  private static final long PATIENCE_MILLIS = 20 * 60_000;

  @Override
  public String name() {
    return "zombie";
  }

  @Override
  public int references(Scale scale) {
    return scale.zombies() / A_RUN + 4;
  }

  @Override
  public Verdict run(Setting setting) throws Exception {
    int wanted = setting.scale().zombies();
    int zombies = 0;
    int accepted = 0;
    try (Ground ground = new Ground(setting.tools(), setting.store(), setting.folder())) {
      Attempts attempts = new Attempts(ground.client());
      List<Ground.Worker> workers = ground.crew();
      Runs runs = new Runs(ground, setting.references(), setting.scale().steps());
      int total = references(setting.scale());
      while (!runs.open().isEmpty() || (zombies < wanted && runs.begun() < total)) {
        if (runs.open().isEmpty()) runs.begin();
        Thread.sleep(100);
        ground.revive(workers);
        runs.gather();
        if (zombies >= wanted) continue;
        for (Ground.Worker worker : workers) {
          Optional<Attempt> attempt = attempts.training(worker, runs.open());
          if (attempt.isEmpty()) continue;
          Thread.sleep(500 + setting.random().nextInt(2_000));
          Map<String, Integer> before = Committed.newest(ground.objects());
          worker.process().signal("STOP");
          boolean taken = overtaken(ground, attempts, attempt.get(), before);
          Map<String, Integer> asleep = Committed.newest(ground.objects());
          worker.process().signal("CONT");
          Thread.sleep(WAKE_MILLIS);
          if (!taken) break;
          accepted += acceptedOf(ground, asleep);
          zombies++;
          setting.say().accept(zombies + " zombies, " + runs.ended() + " runs ended");
          break;
        }
      }
      String measured =
          runs.summary(String.valueOf(zombies))
              + "; writes of an old epoch that count: "
              + accepted;
      boolean holds =
          setting.scale().enough(zombies, wanted) && runs.wrong().isEmpty() && accepted == 0;
      String asked = wanted + " zombies: 0 writes of the old epoch accepted, one final artifact";
      return Verdict.of("zombie worker", asked, measured, holds);
    }
  }

  /** Waits until another attempt has committed a checkpoint. */
  private static boolean overtaken(
      Ground ground, Attempts attempts, Attempt sleeper, Map<String, Integer> before)
      throws InterruptedException {
    long end = System.currentTimeMillis() + PATIENCE_MILLIS;
    boolean next = false;
    while (System.currentTimeMillis() < end) {
      Thread.sleep(100);
      if (!next) next = attempts.nextAfter(sleeper).isPresent();
      if (next && !Committed.newest(ground.objects()).equals(before)) return true;
      if (next && !attempts.waitsFor(sleeper)) return true; // The other one has finished it.
    }
    return false;
  }

  /** Entries that count although an older epoch wrote them after a newer one had. */
  private static int acceptedOf(Ground ground, Map<String, Integer> asleep) {
    int accepted = 0;
    for (String key : asleep.keySet()) {
      List<Committed.Entry> entries = Committed.counted(ground.objects(), key);
      for (Committed.Entry entry : entries) {
        boolean late =
            entries.stream().anyMatch(o -> o.epoch() > entry.epoch() && o.step() < entry.step());
        if (late) accepted++;
      }
    }
    return accepted;
  }
}
