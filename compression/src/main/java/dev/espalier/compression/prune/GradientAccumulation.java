package dev.espalier.compression.prune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.NoisyBatch;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.prune.Importances.Gradients;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * What Diff-Pruning's importance is made from: the signed gradients of the denoising loss, summed
 * over timesteps 0, 1, 2, … of one batch with one noise, until a timestep's loss is small beside
 * the largest (Diff-Pruning, arXiv 2305.10924, section 4; the order of test and sum as in the
 * published experiment code). The loss is summed over C, H, W and averaged over the batch.
 *
 * @param gradients one sum per weight, or empty if the criterion needs none
 * @param losses of the timesteps that were looked at, the one that ended it included
 * @param timesteps that entered the sums
 */
public record GradientAccumulation(StateDict gradients, List<Double> losses, int timesteps) {
  public GradientAccumulation {
    losses = List.copyOf(losses);
  }

  /**
   * Accumulates what {@code config}'s criterion asks for, in evaluation mode.
   *
   * @param progress told each timestep before its work begins; what it throws ends the accumulation
   */
  public static GradientAccumulation of(
      Torch.Session session,
      Network network,
      StateDict weights,
      ImageDataset data,
      NoiseSchedule schedule,
      PruneConfig config,
      IntConsumer progress) {
    Gradients kind = Importances.gradients(config.criterion());
    if (kind == Gradients.NONE) {
      return new GradientAccumulation(new StateDict(Map.of()), List.of(), 0);
    }
    data.requireShape(network.sampleShape());
    double threshold = kind == Gradients.UNTIL_THRESHOLD ? config.threshold() : 0;
    try (NDManager owner = session.manager().newSubManager();
        Weights trainable = Weights.of(session, owner, weights, true);
        Weights sums = Weights.of(session, owner, weights.zeros(), false);
        IValue weightList = Script.list(trainable.all());
        IValue sumList = Script.list(sums.all())) {
      NDArray images = images(owner, data, config);
      List<Double> losses = new ArrayList<>();
      double largest = 0;
      int used = 0;
      for (int t = 0; t < schedule.steps(); t += config.timestepStride()) {
        progress.accept(t);
        try (NDManager scope = owner.newSubManager()) {
          NDArray loss =
              loss(session, scope, network, trainable, schedule, images, t, config.seed());
          double value = loss.toFloatArray()[0];
          losses.add(value);
          largest = Math.max(largest, value);
          if (value < threshold * largest) break;
          try (IValue gradients = session.script().keep("grad", true, loss, weightList)) {
            session.script().apply("accumulate", sumList, gradients);
          }
          used++;
        }
      }
      return new GradientAccumulation(sums.toHost(), losses, used);
    }
  }

  private static NDArray loss(
      Torch.Session session,
      NDManager scope,
      Network network,
      Weights weights,
      NoiseSchedule schedule,
      NDArray images,
      int t,
      long seed) {
    int[] timesteps = new int[(int) images.getShape().get(0)];
    Arrays.fill(timesteps, t);
    long noiseSeed = CounterRandom.seed(seed, "calibration noise", 0);
    NoisyBatch batch = NoisyBatch.of(session, scope, schedule, images, timesteps, noiseSeed);
    Run ops = Run.gradient(session.script(), weights, scope);
    NDArray predicted = network.forward(ops, batch.noisy(), batch.timesteps());
    return session
        .script()
        .run(scope, "squared_error", true, batch.noise(), predicted, true)
        .singletonOrThrow();
  }

  private static NDArray images(NDManager owner, ImageDataset data, PruneConfig config) {
    int n = Math.min(config.calibrationImages(), data.trainable());
    int[] order =
        CounterRandom.permutation(data.trainable(), config.seed(), "calibration images", 0);
    return owner.create(
        data.images(Arrays.copyOf(order, n)),
        new Shape(n, data.channels(), data.height(), data.width()));
  }
}
