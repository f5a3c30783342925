package dev.espalier.workers.command;

import dev.espalier.workers.command.Watch.Beat;
import dev.espalier.workers.console.Look;
import dev.espalier.workflows.RunStatus;
import dev.espalier.workflows.RunStatus.State;
import dev.espalier.workflows.RunStatus.Step;
import dev.espalier.workflows.SweepArm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@link Watch} sees, as progress. */
final class Looks {
  private Looks() {}

  /** At one compression. */
  static Look compression(Watch watch, String run) {
    return watch.status(run).map(status -> of(status, watch.beat(run), "")).orElse(Look.NOTHING);
  }

  /** At one training. */
  static Look training(Watch watch, String run) {
    return watch
        .beat(run)
        .map(
            beat -> new Look(beat.fraction(), 1, List.of("train " + beat), List.of("train: begun")))
        .orElse(Look.NOTHING);
  }

  /** At all arms of a sweep. */
  static Look sweep(Watch watch, String sweep) {
    List<SweepArm> arms = watch.leaderboard(sweep);
    if (arms.isEmpty()) return Look.NOTHING;
    double done = 0;
    List<String> now = new ArrayList<>();
    List<String> events = new ArrayList<>();
    for (SweepArm arm : arms) {
      Look look = arm(watch, arm);
      done += look.fraction();
      now.addAll(look.now());
      events.addAll(look.events());
    }
    return new Look(done / arms.size(), arms.size(), now, events);
  }

  private static Look arm(Watch watch, SweepArm arm) {
    return switch (arm.state()) {
      case WAITING -> Look.NOTHING;
      case RUNNING, PAUSED ->
          watch
              .status(arm.run())
              .map(status -> of(status, watch.beat(arm.run()), arm.label() + ": "))
              .orElse(Look.NOTHING);
      case DONE -> ended(arm.label() + ": done");
      case FAILED -> ended(arm.label() + ": failed: " + arm.note());
    };
  }

  private static Look ended(String event) {
    return new Look(1, 1, List.of(), List.of(event));
  }

  private static Look of(RunStatus status, Optional<Beat> beat, String label) {
    List<String> events = new ArrayList<>();
    List<String> now = new ArrayList<>();
    double partial = 0;
    for (Step step : status.steps()) {
      String text = label + step.name() + (step.summary().isEmpty() ? "" : ": " + step.summary());
      if (step.state() != State.WAITING) events.add(text);
      if (step.state() == State.DONE) events.add(label + step.name() + ": done");
      if (step.state() == State.PAUSED) {
        String held = label + step.name() + " is paused";
        now.add(held);
        events.add(held);
      }
      if (step.state() == State.RUNNING) {
        now.add(label + step.name() + beat.map(b -> " " + b).orElse(""));
        partial = beat.map(Beat::fraction).orElse(0.0);
      }
    }
    return new Look(Math.min(1.0, (status.done() + partial) / status.total()), 1, now, events);
  }
}
