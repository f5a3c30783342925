package dev.espalier.examples;

import dev.espalier.client.Espalier;
import dev.espalier.client.RunProgress;
import dev.espalier.client.SweepRun;
import dev.espalier.workflows.SweepArm;
import dev.espalier.workflows.SweepResult;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Sweeps the pruning ratio with and without singular value scaling, follows it, and prints what
 * came out, best first. The server is the one of {@code TEMPORAL_ADDRESS}, else 127.0.0.1:7233; a
 * worker ({@code ./espalier worker}) does the work. Run twice, it finds everything done.
 */
public final class SweepFromJava {
  private static final String SWEEP =
      """
      {
        "name": "from-java",
        "plan": {"finetune": {"steps": 100}},
        "axes": {"prune.ratio": [0.3, 0.5], "svs.enabled": [true, false]}
      }
      """;

  private SweepFromJava() {}

  public static void main(String[] arguments) throws InterruptedException {
    try (Espalier espalier = Espalier.connect()) {
      sweep(espalier, System.out);
    }
  }

  static void sweep(Espalier espalier, PrintStream out) throws InterruptedException {
    SweepRun sweep = espalier.sweep(SWEEP);
    out.println("sweep " + sweep.id());
    SweepResult result = sweep.await(progress -> show(progress, out));
    for (SweepArm arm : result.arms()) {
      SweepArm.Score score = arm.score();
      if (score == null) {
        out.println(arm.label() + ": " + arm.note());
      } else {
        out.printf(
            Locale.ROOT,
            "%-36s Fréchet distance %7.3f  %,d parameters%n",
            arm.label(),
            score.frechetDistance(),
            score.parameters());
      }
    }
  }

  private static void show(RunProgress progress, PrintStream out) {
    out.printf("%d of %d arms are over%n", progress.done(), progress.total());
  }
}
