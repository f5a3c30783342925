package dev.espalier.compression.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.diffusion.NoisyBatch;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;

/**
 * Noise prediction with a teacher, w·‖ε_teacher − ε_θ‖² + (1 − w)·‖ε − ε_θ‖², as the option of
 * Diff-Pruning's training code (there w = 0.7) has it; no dropout in the teacher. It is computed as
 * ‖m − ε_θ‖² + w(1 − w)·‖ε_teacher − ε‖² with the mixture m = w·ε_teacher + (1 − w)·ε, which is
 * equal and needs one error.
 */
public final class Distillation implements Objective, AutoCloseable {
  private final Torch.Session session;
  private final Denoising denoising;
  private final Network teacher;
  private final Weights weights;
  private final FinetuneConfig config;

  /**
   * @param denoising the student's objective without a teacher, of the same {@code config}
   * @param teacher network of the same sample shape
   */
  public Distillation(
      Torch.Session session,
      Denoising denoising,
      Network teacher,
      StateDict weights,
      FinetuneConfig config) {
    this.session = session;
    this.denoising = denoising;
    this.teacher = teacher;
    this.weights = Weights.of(session, session.manager(), weights, false);
    this.config = config;
  }

  @Override
  public NDArray loss(Run ops, NDManager scope, int step) {
    NoisyBatch batch = denoising.batch(scope, step);
    Run taught = Run.inference(session.script(), weights, scope);
    NDArray told = teacher.forward(taught, batch.noisy(), batch.timesteps());
    float w = (float) config.distillation();
    NDArray mixture = told.mul(w).add(batch.noise().mul(1 - w));
    NDArray error = denoising.error(scope, mixture, denoising.predicted(ops, batch));
    boolean sum = config.loss().equals("sum");
    NDArray apart = session.script().compute(scope, "squared_error", told, batch.noise(), sum);
    return error.add(apart.mul(w * (1 - w)));
  }

  @Override
  public double validate(ReadAveraged averaged) {
    return denoising.validate(averaged);
  }

  @Override
  public void close() {
    weights.close();
  }
}
