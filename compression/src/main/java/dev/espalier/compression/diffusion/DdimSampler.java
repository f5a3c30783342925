package dev.espalier.compression.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws images with the deterministic sampler of Song et al. 2021 (equation 12 at η = 0), for a
 * network that predicts noise: images that differ only by the network are comparable one by one.
 *
 * @param clip whether the image predicted at every step is kept within [-1, 1] and the noise
 *     computed again from it; the paper's experiments do not
 * @param bfloat16 whether the network computes in bfloat16 (faster where the processor has it, and
 *     the images differ from the float32 ones); the steps between are float32 in any case
 */
public record DdimSampler(
    Torch.Session session,
    Network network,
    Weights weights,
    NoiseSchedule schedule,
    boolean clip,
    boolean bfloat16) {

  /** In float32. */
  public DdimSampler(
      Torch.Session session,
      Network network,
      Weights weights,
      NoiseSchedule schedule,
      boolean clip) {
    this(session, network, weights, schedule, clip, false);
  }

  /** The clean image, as a timestep. */
  public static final int IMAGE = -1;

  /**
   * The images {@code first} to {@code first + count − 1} of an unending series. Image i starts
   * from noise that is a function of (seed, i) alone: any split into batches and any network gets
   * the same.
   *
   * @param timesteps descending; a repeated one would change nothing and is left out
   * @param progress hears how many of the timesteps are done
   * @return uint8 [count, channels, height, width]
   */
  public Tensor sample(int[] timesteps, long seed, int first, int count, IntConsumer progress) {
    return sample(timesteps, seed, first, count, null, (done, x) -> progress.accept(done));
  }

  /** Images on the way. */
  public record Halfway(int done, Tensor images) {}

  /** Hears how many of the timesteps are done, with the images as they are then, on the device. */
  public interface Step {
    void done(int timesteps, NDArray images);
  }

  /**
   * As above.
   *
   * @param from where the same call was broken off, as {@code progress} heard; null to begin
   */
  public Tensor sample(
      int[] timesteps, long seed, int first, int count, @Nullable Halfway from, Step progress) {
    int[] path = IntStream.concat(Arrays.stream(timesteps), IntStream.of(IMAGE)).toArray();
    try (NDManager scope = session.manager().newSubManager()) {
      NDArray start =
          from == null ? noise(scope, seed, first, count) : session.toDevice(scope, from.images());
      NDArray image = walk(scope, start, path, from == null ? 0 : from.done(), progress);
      return Torch.toHost(session.script().compute(scope, "to_uint8", image));
    }
  }

  /** Standard normal noise of the images {@code first} on, [count, channels, height, width]. */
  private NDArray noise(NDManager scope, long seed, int first, int count) {
    int[] extents = network.sampleShape();
    long[] shape = Arrays.stream(extents).asLongStream().toArray();
    int area = extents[0] * extents[1] * extents[2];
    float[] noise = new float[count * area];
    for (int i = 0; i < count; i++) {
      long own = CounterRandom.seed(seed, "sample", first + (long) i);
      try (NDArray one = session.script().compute(scope, "randn", shape, own)) {
        System.arraycopy(one.toFloatArray(), 0, noise, i * area, area);
      }
    }
    return scope.create(noise, new Shape(count).addAll(new Shape(shape)));
  }

  /**
   * Takes {@code x} from timestep {@code path[0]} over the others to the last, {@link #IMAGE} being
   * the clean image. What a step makes is freed when it is done.
   *
   * @param x [N, channels, height, width]
   * @param path descending
   * @param progress hears how many of the steps are done
   * @return in the shape of {@code x}, owned by {@code scope}
   */
  public NDArray walk(NDManager scope, NDArray x, int[] path, IntConsumer progress) {
    return walk(scope, x, path, 0, (done, images) -> progress.accept(done));
  }

  private NDArray walk(NDManager scope, NDArray x, int[] path, int from, Step progress) {
    if (!bfloat16) return walk(scope, weights, x, path, from, progress);
    try (NDManager rounding = scope.newSubManager();
        Weights rounded = weights.toBfloat16(session.script(), rounding)) {
      return walk(scope, rounded, x, path, from, progress);
    }
  }

  private NDArray walk(
      NDManager scope, Weights weights, NDArray x, int[] path, int from, Step progress) {
    NDArray current = x;
    for (int i = from; i + 1 < path.length; i++) {
      if (path[i] != path[i + 1]) {
        NDArray next = step(scope, weights, current, path[i], path[i + 1]);
        if (current != x) current.close();
        current = next;
      }
      progress.done(i + 1, current);
    }
    return current;
  }

  /** All samples are at the same timestep, so its embedding is computed once. */
  private NDArray step(NDManager owner, Weights weights, NDArray x, int from, int to) {
    try (NDManager scope = owner.newSubManager()) {
      Run run =
          bfloat16
              ? Run.inferenceInBfloat16(session.script(), weights, scope)
              : Run.inference(session.script(), weights, scope);
      NDArray timestep = scope.create(new long[] {from});
      NDArray predicted = network.forward(run, run.rounded(x), timestep);
      return session
          .script()
          .compute(
              owner,
              "ddim_step",
              x,
              predicted,
              schedule.cumulative(from),
              schedule.cumulative(to),
              clip);
    }
  }
}
