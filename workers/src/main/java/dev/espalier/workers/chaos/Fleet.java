package dev.espalier.workers.chaos;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Two workers, many runs, and every few seconds something else that fails. */
final class Fleet implements Trial {
  /** So long without a run that ended, a stage that was done or a newer checkpoint. */
  private static final long STUCK_MILLIS = 5 * 60_000;

  @Override
  public String name() {
    return "fleet";
  }

  @Override
  public int references(Scale scale) {
    return scale.fleetRuns();
  }

  @Override
  public Verdict run(Setting setting) throws Exception {
    Scale scale = setting.scale();
    Random random = setting.random();
    Map<String, Integer> made = new TreeMap<>();
    long begun = System.currentTimeMillis();
    long end = begun + 1_000L * scale.fleetSeconds();
    try (Ground ground = new Ground(setting.tools(), setting.store(), setting.folder())) {
      Runs runs = new Runs(ground, setting.references(), scale.steps());
      List<Ground.Worker> workers = ground.crew();
      long progress = begun;
      int ended = 0;
      int done = 0;
      while ((runs.begun() < scale.fleetRuns() || !runs.open().isEmpty())
          && System.currentTimeMillis() - progress < STUCK_MILLIS) {
        while (runs.begun() < scale.fleetRuns() && runs.open().size() < 3) runs.begin();
        Thread.sleep(2_000 + random.nextInt(4_000));
        if (System.currentTimeMillis() < end) {
          made.merge(trouble(ground, workers, random), 1, Integer::sum);
        }
        ground.revive(workers);
        runs.gather();
        int sofar = runs.ended() + Committed.marks(ground.objects());
        if (sofar != done) progress = System.currentTimeMillis();
        done = sofar;
        if (runs.ended() > ended) {
          ended = runs.ended();
          setting.say().accept(ended + " runs ended; " + made);
        }
      }
      String measured =
          String.format(
              "%s in %d s; %d runs: %d right, %d stuck; trouble: %s%s",
              total(made),
              (System.currentTimeMillis() - begun) / 1000,
              runs.begun(),
              runs.ended() - runs.wrong().size(),
              runs.open().size(),
              made,
              runs.wrong().isEmpty() ? "" : "; " + runs.wrong());
      boolean holds = runs.wrong().isEmpty() && runs.ended() == scale.fleetRuns();
      String asked =
          String.format(
              "two workers, %d runs, trouble every few seconds for %d s: all right, 0 stuck",
              scale.fleetRuns(), scale.fleetSeconds());
      return Verdict.of("fleet", asked, measured, holds);
    }
  }

  private static String total(Map<String, Integer> made) {
    return made.values().stream().mapToInt(Integer::intValue).sum() + " failures";
  }

  private static String trouble(Ground ground, List<Ground.Worker> workers, Random random)
      throws Exception {
    int slot = random.nextInt(workers.size());
    Ground.Worker worker = workers.get(slot);
    String name = "worker-" + (slot + 1);
    switch (random.nextInt(6)) {
      case 0, 1 -> {
        worker.process().kill();
        workers.set(slot, ground.worker(name));
        return "kill -9";
      }
      case 2 -> {
        if (!worker.process().terminate()) worker.process().kill();
        workers.set(slot, ground.worker(name));
        return "SIGTERM";
      }
      case 3 -> {
        worker.process().signal("STOP");
        Thread.sleep(1_000L * Tools.HEARTBEAT_SECONDS + random.nextInt(4_000));
        worker.process().signal("CONT");
        return "SIGSTOP";
      }
      case 4 -> {
        ground.crashTemporal(random.nextInt(2_000));
        return "Temporal kill -9";
      }
      default -> {
        ground.crashStore(random.nextInt(2_000));
        return "store kill -9";
      }
    }
  }
}
