package dev.espalier.activities;

import dev.espalier.compression.diffusion.DdimSampler;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.Timesteps;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Images that a network drew.
 *
 * @param images uint8 [N, C, H, W]
 * @param seconds it took, in all attempts
 */
record ImageDrawing(Tensor images, double seconds) {
  private static final String WORK = "images";

  /**
   * Draws what {@code config} asks for, but for what an earlier attempt has drawn: finished batches
   * are rows, and of the batch on its way {@code x} is kept after every sampling step.
   *
   * @param partial hears how many images are done, those half drawn by their share
   */
  static ImageDrawing of(
      Torch.Session session, LoadedNetwork network, EvaluateConfig config, PartialResults partial)
      throws IOException {
    Drawing drawing = new Drawing(network.network().sampleShape(), config);
    PartialRows rows =
        partial.rows(WORK, config.batch(), drawing.area, drawing::rows, drawing::take);
    return drawing.go(session, network, partial, rows.finished(), rows::finished);
  }

  /** Without anything to go on from. */
  static ImageDrawing of(
      Torch.Session session, LoadedNetwork network, EvaluateConfig config, Progress progress) {
    Drawing drawing = new Drawing(network.network().sampleShape(), config);
    return drawing.go(session, network, progress, 0, done -> {});
  }

  /**
   * Where a drawing stands.
   *
   * @param first image that is not finished
   * @param timesteps that its batch has behind it
   * @param x the batch after these; null for none
   */
  private record Standing(int first, int timesteps, double seconds, @Nullable Tensor x) {
    static final Standing START = new Standing(0, 0, 0, null);

    static Standing of(StateDict state) {
      long[] at = state.get("at").longs();
      Tensor x = state.has("x") ? state.get("x") : null;
      return new Standing((int) at[0], (int) at[1], state.get("seconds").doubles()[0], x);
    }

    StateDict state() {
      Map<String, Tensor> state = new LinkedHashMap<>();
      state.put("at", Tensor.of(new long[] {first, timesteps}, 2));
      state.put("seconds", Tensor.of(new double[] {seconds}, 1));
      if (x != null) state.put("x", x);
      return new StateDict(state);
    }
  }

  /** The images in the making. */
  private static final class Drawing {
    private final int[] shape;
    private final int area;
    private final EvaluateConfig config;
    private final byte[] pixels;
    private final long began = System.nanoTime();

    Drawing(int[] shape, EvaluateConfig config) {
      this.shape = shape;
      this.area = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      this.config = config;
      this.pixels = new byte[Math.multiplyExact(config.samples(), area)];
    }

    /** Copies of finished images. */
    StateDict rows(int from, int to) {
      byte[] some = Arrays.copyOfRange(pixels, from * area, to * area);
      return new StateDict(Map.of(WORK, Tensor.of(some, to - from, shape[0], shape[1], shape[2])));
    }

    void take(int from, StateDict rows) {
      ByteBuffer found = rows.get(WORK).bytes();
      found.get(pixels, from * area, found.remaining());
    }

    /**
     * @param drawn images that are there
     * @param finished hears how many are there
     */
    ImageDrawing go(
        Torch.Session session,
        LoadedNetwork network,
        Progress progress,
        int drawn,
        IntConsumer finished) {
      Standing begun = progress.begun(WORK).map(Standing::of).orElse(Standing.START);
      if (drawn < config.samples()) {
        try (Weights weights = Weights.of(session, session.manager(), network.weights(), false)) {
          boolean bfloat16 = config.precision().equals("bfloat16");
          NoiseSchedule schedule = NoiseSchedule.ddpm();
          DdimSampler sampler =
              new DdimSampler(session, network.network(), weights, schedule, false, bfloat16);
          for (int first = drawn; first < config.samples(); first += config.batch()) {
            batch(sampler, progress, first, begun);
            int done = Math.min(config.samples(), first + config.batch());
            finished.accept(done);
            Standing now = new Standing(done, 0, seconds(begun), null);
            progress.reached(WORK, done, config.samples(), now::state);
          }
        }
      }
      Tensor images = Tensor.of(pixels, config.samples(), shape[0], shape[1], shape[2]);
      return new ImageDrawing(images, seconds(begun));
    }

    private void batch(DdimSampler sampler, Progress progress, int first, Standing begun) {
      int[] timesteps =
          Timesteps.named(config.spacing()).descending(sampler.schedule().steps(), config.steps());
      int count = Math.min(config.batch(), config.samples() - first);
      Tensor x = begun.first() == first ? begun.x() : null;
      Tensor images =
          sampler.sample(
              timesteps,
              config.seed(),
              first,
              count,
              x == null ? null : new DdimSampler.Halfway(begun.timesteps(), x),
              (done, halfway) -> {
                if (done == timesteps.length) return;
                progress.reached(
                    WORK,
                    first + (long) count * done / timesteps.length,
                    config.samples(),
                    () -> new Standing(first, done, seconds(begun), Torch.toHost(halfway)).state());
              });
      images.bytes().get(pixels, first * area, count * area);
    }

    private double seconds(Standing begun) {
      return begun.seconds() + (System.nanoTime() - began) * 1e-9;
    }
  }
}
