package dev.espalier.compression.prune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.prune.Importances.Gradients;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * What a criterion is measured from: a {@link Statistic} of the denoising loss, summed over
 * timesteps 0, 1, 2, … of one batch with one noise, in evaluation mode (Diff-Pruning, arXiv
 * 2305.10924, section 4; {@link CalibrationLoop} says in which published form).
 *
 * @param sums one tensor per weight, or per layer for activations
 * @param losses of the timesteps that were looked at, the one that ended it included
 * @param timesteps that entered the sums
 */
public record Calibration(StateDict sums, List<Double> losses, int timesteps) {
  private static final String WORK = "calibration";

  public Calibration {
    losses = List.copyOf(losses);
  }

  /**
   * Where a pass stands.
   *
   * @param next timestep; the window's end once the threshold ended the pass
   */
  private record Pass(int next, List<Double> losses, int used, StatisticSum.Sums sums) {
    static final Pass START = new Pass(0, List.of(), 0, StatisticSum.Sums.NONE);

    Pass {
      losses = List.copyOf(losses);
    }

    Pass with(StatisticSum.Sums sums) {
      return new Pass(next, losses, used, sums);
    }

    StateDict state() {
      double[] values = losses.stream().mapToDouble(Double::doubleValue).toArray();
      Map<String, Tensor> all = new LinkedHashMap<>();
      all.put("timesteps", Tensor.of(new long[] {next, used}, 2));
      all.put("losses", Tensor.of(values, values.length));
      all.put("weight", Tensor.of(new double[] {sums.weight()}, 1));
      sums.values().tensors().forEach((key, sum) -> all.put("sums." + key, sum));
      return new StateDict(all);
    }

    static Pass of(StateDict state) {
      long[] timesteps = state.get("timesteps").longs();
      return new Pass(
          (int) timesteps[0],
          Arrays.stream(state.get("losses").doubles()).boxed().toList(),
          (int) timesteps[1],
          new StatisticSum.Sums(state.get("weight").doubles()[0], state.under("sums.")));
    }
  }

  /**
   * The images and the noise of all timesteps.
   *
   * @param images {@code [N, C, H, W]}, pixels in [-1, 1]
   * @param noise ε, in the shape of the images
   */
  public record Batch(NDArray images, NDArray noise) {
    /** {@code config}'s share of {@code data}, with a noise drawn from its seed. */
    public static Batch of(
        Torch.Session session, NDManager owner, ImageDataset data, PruneConfig config) {
      int n = Math.min(config.calibrationImages(), data.trainable());
      int[] order =
          CounterRandom.permutation(data.trainable(), config.seed(), "calibration images", 0);
      NDArray images =
          owner.create(
              data.images(Arrays.copyOf(order, n)),
              new Shape(n, data.channels(), data.height(), data.width()));
      long seed = CounterRandom.seed(config.seed(), "calibration noise", 0);
      NDArray noise = session.script().compute(owner, "randn", images.getShape().getShape(), seed);
      return new Batch(images, noise.toDevice(images.getDevice(), false));
    }
  }

  /**
   * Sums {@code statistic} on images of {@code data}.
   *
   * @param progress told after each timestep, as work {@value #WORK}, with the sums so far
   * @throws InvalidInput if the images do not fit the network, or a loss is not a number
   */
  public static Calibration of(
      Torch.Session session,
      Network network,
      StateDict weights,
      ImageDataset data,
      NoiseSchedule schedule,
      PruneConfig config,
      Statistic statistic,
      Progress progress) {
    data.requireShape(network.sampleShape());
    try (NDManager owner = session.manager().newSubManager()) {
      Batch batch = Batch.of(session, owner, data, config);
      return of(session, network, weights, batch, schedule, config, statistic, progress);
    }
  }

  /** As above, on the given batch. */
  public static Calibration of(
      Torch.Session session,
      Network network,
      StateDict weights,
      Batch batch,
      NoiseSchedule schedule,
      PruneConfig config,
      Statistic statistic,
      Progress progress) {
    boolean prefix = Importances.gradients(config.criterion()) == Gradients.UNTIL_THRESHOLD;
    boolean stopIncluded = config.compatibility().loop() == CalibrationLoop.SCRIPT;
    IntToDoubleFunction alpha = TimestepWeights.of(config.timestepWeighting(), schedule.steps());
    LossThreshold threshold = new LossThreshold(prefix ? config.threshold() : 0);
    int window = config.window(schedule.steps());
    Pass begun = progress.begun(WORK).map(Pass::of).orElse(Pass.START);
    List<Double> losses = new ArrayList<>(begun.losses());
    losses.forEach(threshold::ends);
    int used = begun.used();
    try (StatisticSum sum =
        StatisticSum.open(
            session, network, weights, batch, schedule, config, statistic, begun.sums())) {
      int t = begun.next();
      while (t < window) {
        try (StatisticSum.Step step = sum.at(t)) {
          double loss = step.loss();
          InvalidInput.require(
              Double.isFinite(loss),
              "the denoising loss at timestep %d is %s; weights and images must be finite",
              t,
              loss);
          losses.add(loss);
          boolean last = threshold.ends(loss);
          if (!last || stopIncluded) {
            step.add(alpha.applyAsDouble(t));
            used++;
          }
          t = last ? window : t + config.timestepStride();
        }
        Pass pass = new Pass(Math.min(t, window), losses, used, StatisticSum.Sums.NONE);
        progress.reached(WORK, pass.next(), window, () -> pass.with(sum.soFar()).state());
      }
      return new Calibration(sum.toHost(), losses, used);
    }
  }
}
