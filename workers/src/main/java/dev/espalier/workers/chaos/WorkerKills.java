package dev.espalier.workers.chaos;

import dev.espalier.workers.chaos.Attempts.Attempt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Two workers are killed at random moments of their stages, again and again; every other time, by
 * lot, of a finetune, which is a small part of the trials' short runs and the most of real ones.
 */
final class WorkerKills implements Trial {
  /**
   * Longest wait between a stage's begin and the kill, in ms. Stages shorter than that sometimes
   * come to their end; those that are never let live so long, and keep partial results only every
   * half minute, never would.
   */
  private static final int LATEST = 12_000;

  /** The same for a finetune, which its checkpoints carry on however often it is killed. */
  private static final int LATEST_TRAINING = 6_000;

  private final List<Wait> recoveries = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger killed = new AtomicInteger();
  private final Map<String, Integer> stages = new ConcurrentSkipListMap<>();
  private final List<Kill> kills = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean over;
  private volatile @Nullable Exception trouble;

  /**
   * A kill in the middle of a finetune.
   *
   * @param step the last one done
   * @param committed newest checkpoint of each finetune in the store right after it
   */
  private record Kill(Attempt attempt, int step, Map<String, Integer> committed) {}

  /**
   * What passed between a kill and the next attempt.
   *
   * @param seconds until the server had given the stage to a worker
   * @param up seconds until the worker that follows the killed one served its meters; NaN where the
   *     next attempt came first
   */
  private record Wait(Attempt lost, double seconds, double up) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s, attempt %d: %.1f s, the killed worker's place taken after %.1f s",
          lost.stage(),
          lost.number(),
          seconds,
          up);
    }
  }

  @Override
  public String name() {
    return "worker-kill";
  }

  @Override
  public int references(Scale scale) {
    return scale.runs() + scale.runs() / 5 + 1;
  }

  @Override
  public Verdict run(Setting setting) throws Exception {
    Scale scale = setting.scale();
    try (Ground ground = new Ground(setting.tools(), setting.store(), setting.folder())) {
      Runs runs = new Runs(ground, setting.references(), scale.steps());
      List<Thread> killers = new ArrayList<>();
      for (int slot = 1; slot <= 2; slot++) {
        Random random = new Random(setting.random().nextLong());
        killers.add(killer("worker-" + slot, ground, runs, random, scale.kills()));
      }
      try {
        while (!runs.open().isEmpty() || wanted(runs, scale)) {
          while (runs.open().size() < 2 && wanted(runs, scale)) runs.begin();
          Thread.sleep(200);
          if (trouble != null) throw new IllegalStateException("the killers gave up", trouble);
          int before = runs.ended();
          runs.gather();
          if (runs.ended() > before) {
            setting.say().accept(runs.ended() + " runs ended, " + killed.get() + " kills");
          }
        }
      } finally {
        over = true;
        for (Thread killer : killers) killer.join();
      }
      return verdict(setting, runs);
    }
  }

  private boolean wanted(Runs runs, Scale scale) {
    return runs.begun() < scale.runs()
        || (killed.get() < scale.kills() && runs.begun() < references(scale));
  }

  private Thread killer(String slot, Ground ground, Runs runs, Random random, int wanted) {
    Thread thread =
        new Thread(
            () -> {
              try {
                kill(slot, ground, runs, random, wanted);
              } catch (Exception e) {
                trouble = e;
              }
            },
            "killer");
    thread.start();
    return thread;
  }

  private void kill(String slot, Ground ground, Runs runs, Random random, int wanted)
      throws Exception {
    Attempts attempts = new Attempts(ground.client());
    Ground.Worker worker = ground.worker(slot);
    boolean training = random.nextBoolean();
    while (!over) {
      Thread.sleep(100);
      if (!worker.process().alive()) worker = ground.worker(slot);
      if (killed.get() >= wanted) continue;
      if (at(attempts, worker, runs, training).isEmpty()) continue;
      Thread.sleep(random.nextInt(training ? LATEST_TRAINING : LATEST));
      Optional<Attempt> attempt = at(attempts, worker, runs, training);
      if (attempt.isEmpty()) continue;
      OptionalInt step = Gauges.step(worker, attempt.get().run());
      Instant moment = Instant.now();
      worker.process().kill();
      killed.incrementAndGet();
      stages.merge(attempt.get().stage(), 1, Integer::sum);
      if (step.isPresent()) {
        kills.add(new Kill(attempt.get(), step.getAsInt(), Committed.newest(ground.objects())));
      }
      training = random.nextBoolean();
      worker = ground.worker(slot);
      double up = Double.NaN;
      while (!over && attempts.waitsFor(attempt.get())) {
        Optional<Instant> next = attempts.nextAfter(attempt.get());
        if (next.isPresent()) {
          recoveries.add(new Wait(attempt.get(), seconds(moment, next.get()), up));
          break;
        }
        if (Double.isNaN(up) && Gauges.serves(worker)) up = seconds(moment, Instant.now());
        Thread.sleep(100);
      }
    }
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1000.0;
  }

  private static Optional<Attempt> at(
      Attempts attempts, Ground.Worker worker, Runs runs, boolean training)
      throws InterruptedException {
    return training ? attempts.training(worker, runs.open()) : attempts.of(worker, runs.open());
  }

  private Verdict verdict(Setting setting, Runs runs) {
    List<Integer> redone = new ArrayList<>();
    for (Kill kill : kills) {
      if (!runs.hasEnded(kill.attempt().run())) continue;
      String key = runs.finetune(kill.attempt().run());
      redone.add(Math.max(0, kill.step() - kill.committed().getOrDefault(key, 0)));
    }
    Collections.sort(redone);
    List<Wait> waits = new ArrayList<>(recoveries);
    waits.sort(Comparator.comparingDouble(Wait::seconds));
    int most = redone.isEmpty() ? 0 : redone.get(redone.size() - 1);
    double longest = waits.isEmpty() ? 0 : waits.get(waits.size() - 1).seconds();
    waits.stream()
        .skip(Math.max(0, waits.size() - 5L))
        .forEach(wait -> setting.say().accept("longest waits: " + wait));
    double limit = Tools.HEARTBEAT_SECONDS + 5;
    String measured =
        String.format(
            Locale.ROOT,
            "%s; by stage %s; steps redone after %d kills while training: median %d, most %d"
                + " (interval %d); next attempt after: median %.1f s, most %.1f s (timeout %d s)",
            runs.summary(killed + " kills"),
            stages,
            redone.size(),
            redone.isEmpty() ? 0 : redone.get(redone.size() / 2),
            most,
            Plans.INTERVAL,
            waits.isEmpty() ? 0 : waits.get(waits.size() / 2).seconds(),
            longest,
            Tools.HEARTBEAT_SECONDS);
    String asked =
        String.format(
            Locale.ROOT,
            "%d kills over %d runs: same bits, 0 lost, at most one interval redone, recovery within"
                + " timeout + 5 s",
            setting.scale().kills(),
            setting.scale().runs());
    boolean holds =
        setting.scale().enough(killed.get(), setting.scale().kills())
            && runs.wrong().isEmpty()
            && (!setting.scale().timed() || (most <= Plans.INTERVAL && longest <= limit));
    return Verdict.of("worker kill -9", asked, measured, holds);
  }
}
