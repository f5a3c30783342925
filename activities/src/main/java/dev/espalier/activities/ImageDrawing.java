package dev.espalier.activities;

import dev.espalier.compression.diffusion.DdimSampler;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.Timesteps;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/**
 * Images that a network drew.
 *
 * @param images uint8 [N, C, H, W]
 * @param seconds it took
 */
record ImageDrawing(Tensor images, double seconds) {
  /**
   * Draws what {@code config} asks for.
   *
   * @param progress hears how many images are done, those half drawn by their share
   */
  static ImageDrawing of(
      Torch.Session session, LoadedNetwork network, EvaluateConfig config, LongConsumer progress) {
    NoiseSchedule schedule = NoiseSchedule.ddpm();
    int[] timesteps =
        Timesteps.named(config.spacing()).descending(schedule.steps(), config.steps());
    int[] shape = network.network().sampleShape();
    byte[] pixels = new byte[config.samples() * shape[0] * shape[1] * shape[2]];
    ByteBuffer all = ByteBuffer.wrap(pixels);
    long began = System.nanoTime();
    try (Weights weights = Weights.of(session, session.manager(), network.weights(), false)) {
      DdimSampler sampler = new DdimSampler(session, network.network(), weights, schedule, false);
      for (int first = 0; first < config.samples(); first += config.batch()) {
        int from = first;
        int count = Math.min(config.batch(), config.samples() - first);
        all.put(
            sampler
                .sample(
                    timesteps,
                    config.seed(),
                    first,
                    count,
                    taken -> progress.accept(from + (long) count * taken / timesteps.length))
                .bytes());
      }
    }
    double seconds = (System.nanoTime() - began) * 1e-9;
    return new ImageDrawing(
        Tensor.of(pixels, config.samples(), shape[0], shape[1], shape[2]), seconds);
  }
}
