package dev.espalier.workers.chaos;

import dev.espalier.workers.chaos.Attempts.Attempt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** Two workers are killed at random moments of their stages, again and again. */
final class WorkerKills implements Trial {
  /**
   * Longest wait between a stage's begin and the kill, in ms. Stages shorter than that sometimes
   * come to their end; those that are never let live so long, and keep partial results only every
   * half minute, never would.
   */
  private static final int LATEST = 12_000;

  private final List<Double> recoveries = Collections.synchronizedList(new ArrayList<>());
  private final List<Kill> kills = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean over;

  /**
   * A kill in the middle of a finetune.
   *
   * @param step the last one done
   * @param committed newest checkpoint of each finetune in the store right after it
   */
  private record Kill(Attempt attempt, int step, Map<String, Integer> committed) {}

  @Override
  public String name() {
    return "worker-kill";
  }

  @Override
  public int references(Scale scale) {
    return scale.runs() + scale.runs() / 2;
  }

  @Override
  public Verdict run(Setting setting) throws Exception {
    Scale scale = setting.scale();
    int[] done = {0};
    try (Ground ground = new Ground(setting.tools(), setting.store(), setting.folder())) {
      Runs runs = new Runs(ground, setting.references(), scale.steps());
      List<Thread> killers = new ArrayList<>();
      for (int slot = 1; slot <= 2; slot++) {
        Random random = new Random(setting.random().nextLong());
        killers.add(killer("worker-" + slot, ground, runs, random, done, scale.kills()));
      }
      while (!runs.open().isEmpty()
          || runs.begun() < scale.runs()
          || (count(done) < scale.kills() && runs.begun() < references(scale))) {
        while (runs.open().size() < 2 && wanted(runs, scale, done)) runs.begin();
        Thread.sleep(200);
        int before = runs.ended();
        runs.gather();
        if (runs.ended() > before) {
          setting.say().accept(runs.ended() + " runs ended, " + count(done) + " kills");
        }
      }
      over = true;
      for (Thread killer : killers) killer.join();
      return verdict(setting, runs, count(done));
    }
  }

  private boolean wanted(Runs runs, Scale scale, int[] done) {
    return runs.begun() < scale.runs()
        || (count(done) < scale.kills() && runs.begun() < references(scale));
  }

  private Thread killer(
      String slot, Ground ground, Runs runs, Random random, int[] done, int wanted) {
    Thread thread =
        new Thread(
            () -> {
              try {
                kill(slot, ground, runs, random, done, wanted);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            "killer");
    thread.start();
    return thread;
  }

  private void kill(String slot, Ground ground, Runs runs, Random random, int[] done, int wanted)
      throws Exception {
    Attempts attempts = new Attempts(ground.client());
    Ground.Worker worker = ground.worker(slot);
    while (!over) {
      Thread.sleep(100);
      if (!worker.process().alive()) worker = ground.worker(slot);
      if (count(done) >= wanted) continue;
      if (attempts.of(worker, runs.open()).isEmpty()) continue;
      Thread.sleep(random.nextInt(LATEST));
      Optional<Attempt> attempt = attempts.of(worker, runs.open());
      if (attempt.isEmpty()) continue;
      OptionalInt step = Gauges.step(worker, attempt.get().run());
      Instant killed = Instant.now();
      worker.process().kill();
      count(done, 1);
      if (step.isPresent()) {
        kills.add(new Kill(attempt.get(), step.getAsInt(), Committed.newest(ground.objects())));
      }
      worker = ground.worker(slot);
      while (!over && attempts.waitsFor(attempt.get())) {
        Optional<Instant> next = attempts.nextAfter(attempt.get());
        if (next.isPresent()) {
          recoveries.add(Duration.between(killed, next.get()).toMillis() / 1000.0);
          break;
        }
        Thread.sleep(100);
      }
    }
  }

  private Verdict verdict(Setting setting, Runs runs, int killed) {
    List<Integer> redone = new ArrayList<>();
    for (Kill kill : kills) {
      if (!runs.hasEnded(kill.attempt().run())) continue;
      String key = runs.finetune(kill.attempt().run());
      redone.add(Math.max(0, kill.step() - kill.committed().getOrDefault(key, 0)));
    }
    Collections.sort(redone);
    List<Double> waits = new ArrayList<>(recoveries);
    Collections.sort(waits);
    int most = redone.isEmpty() ? 0 : redone.get(redone.size() - 1);
    double longest = waits.isEmpty() ? 0 : waits.get(waits.size() - 1);
    double limit = Tools.HEARTBEAT_SECONDS + 5;
    String measured =
        String.format(
            Locale.ROOT,
            "%d kills over %d runs: %d with other bits, %d lost; %d of them while training, steps"
                + " redone: median %d, most %d"
                + " (interval %d); next attempt after: median %.1f s, most %.1f s (timeout %d s)%s",
            killed,
            runs.begun(),
            runs.wrong().stream().filter(w -> w.contains("differs")).count(),
            runs.begun() - runs.ended(),
            redone.size(),
            redone.isEmpty() ? 0 : redone.get(redone.size() / 2),
            most,
            Plans.INTERVAL,
            waits.isEmpty() ? 0 : waits.get(waits.size() / 2),
            longest,
            Tools.HEARTBEAT_SECONDS,
            runs.wrong().isEmpty() ? "" : "; " + runs.wrong());
    String asked =
        String.format(
            Locale.ROOT,
            "%d kills over %d runs: same bits, 0 lost, at most one interval redone, recovery within"
                + " timeout + 5 s",
            setting.scale().kills(),
            setting.scale().runs());
    boolean holds =
        setting.scale().enough(killed, setting.scale().kills())
            && runs.wrong().isEmpty()
            && (!setting.scale().timed() || (most <= Plans.INTERVAL && longest <= limit));
    return Verdict.of("worker kill -9", asked, measured, holds);
  }

  private static int count(int[] done) {
    synchronized (done) {
      return done[0];
    }
  }

  private static void count(int[] done, int more) {
    synchronized (done) {
      done[0] += more;
    }
  }
}
