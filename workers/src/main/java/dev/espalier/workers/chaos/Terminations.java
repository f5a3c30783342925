package dev.espalier.workers.chaos;

import dev.espalier.workers.chaos.Attempts.Attempt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Workers are asked to end (SIGTERM) while they train; nothing that they did is done again. */
final class Terminations implements Trial {
  private static final int A_RUN = 4;

  private record Ended(String run, int step, Map<String, Integer> committed) {}

  @Override
  public String name() {
    return "sigterm";
  }

  @Override
  public int references(Scale scale) {
    return scale.terminations() / A_RUN + 2;
  }

  @Override
  public Verdict run(Setting setting) throws Exception {
    int wanted = setting.scale().terminations();
    List<Ended> ended = new ArrayList<>();
    int slow = 0;
    try (Ground ground = new Ground(setting.tools(), setting.store(), setting.folder())) {
      Attempts attempts = new Attempts(ground.client());
      Ground.Worker worker = ground.worker("worker-1");
      Runs runs = new Runs(ground, setting.references(), setting.scale().steps());
      int total = references(setting.scale());
      while (!runs.open().isEmpty() || (ended.size() < wanted && runs.begun() < total)) {
        if (runs.open().isEmpty()) runs.begin();
        Thread.sleep(100);
        if (!worker.process().alive()) worker = ground.worker("worker-1");
        runs.gather();
        if (ended.size() >= wanted) continue;
        Optional<Attempt> attempt = attempts.training(worker, runs.open());
        if (attempt.isEmpty()) continue;
        Thread.sleep(setting.random().nextInt(2_500));
        OptionalInt step = Gauges.step(worker, attempt.get().run());
        if (step.isEmpty()) continue;
        if (!worker.process().terminate()) {
          slow++;
          worker.process().kill();
        }
        Map<String, Integer> committed = Committed.newest(ground.objects());
        ended.add(new Ended(attempt.get().run(), step.getAsInt(), committed));
        worker = ground.worker("worker-1");
        setting.say().accept(ended.size() + " ended");
      }
      return verdict(setting.scale(), ended, slow, runs);
    }
  }

  private static Verdict verdict(Scale scale, List<Ended> ended, int slow, Runs runs) {
    int wanted = scale.terminations();
    List<Integer> redone = new ArrayList<>();
    for (Ended e : ended) {
      if (!runs.hasEnded(e.run())) continue;
      redone.add(Math.max(0, e.step() - e.committed().getOrDefault(runs.finetune(e.run()), 0)));
    }
    int most = redone.isEmpty() ? 0 : Collections.max(redone);
    String measured =
        String.format(
            "%s; most steps redone %d; %d did not end in time",
            runs.summary(String.valueOf(ended.size())), most, slow);
    boolean holds =
        scale.enough(ended.size(), wanted) && runs.wrong().isEmpty() && most == 0 && slow == 0;
    return Verdict.of("worker SIGTERM", wanted + ": 0 steps redone", measured, holds);
  }
}
