package dev.espalier.workflows;

import dev.espalier.compression.svs.SvsConfig;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Stage {@code svs}: scales the singular values of a pruned network's weights, once. */
@ActivityInterface
public interface SvsActivity {
  @ActivityMethod(name = "Svs")
  Result svs(Request request);

  /**
   * @param run id of the workflow that asks
   * @param network the pruned network
   */
  record Request(String run, Artifact network, SvsConfig config) {}

  /**
   * @param network the scaled network
   * @param medianConditionBefore median over the layers of largest by smallest singular value
   * @param reused whether it lay on the shelf already
   * @param seconds spent by the attempt that finished it
   */
  record Result(
      Artifact network,
      double medianConditionBefore,
      double medianConditionAfter,
      boolean reused,
      double seconds) {}
}
