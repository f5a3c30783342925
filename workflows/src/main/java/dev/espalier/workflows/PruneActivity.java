package dev.espalier.workflows;

import dev.espalier.compression.prune.PruneConfig;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import org.jspecify.annotations.Nullable;

/** Stage {@code prune}: removes whole channels by their importance. */
@ActivityInterface
public interface PruneActivity {
  @ActivityMethod(name = "Prune")
  Result prune(Request request);

  /**
   * @param run id of the workflow that asks
   * @param network the network to prune
   * @param data calibration images, by name
   * @param base the network whose widths the ratio is a share of; absent if {@code network}
   */
  record Request(
      String run, Artifact network, String data, PruneConfig config, @Nullable Artifact base) {

    /** With the ratio a share of {@code network}'s own widths. */
    public Request(String run, Artifact network, String data, PruneConfig config) {
      this(run, network, data, config, null);
    }
  }

  /**
   * @param network the pruned network
   * @param macsBefore multiply-accumulates of one forward pass for one image, as are {@code
   *     macsAfter}
   * @param timestepsUsed timesteps whose gradients entered the importance; 0 where none do
   * @param reused whether it lay on the shelf already
   * @param seconds spent by the attempt that finished it
   */
  record Result(
      Artifact network,
      long parametersBefore,
      long parametersAfter,
      long macsBefore,
      long macsAfter,
      int timestepsUsed,
      boolean reused,
      double seconds) {}
}
