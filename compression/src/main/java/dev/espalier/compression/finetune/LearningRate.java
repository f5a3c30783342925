package dev.espalier.compression.finetune;

import java.util.List;

/** The learning rate as a function of the step. */
final class LearningRate {
  private LearningRate() {}

  /**
   * Linear growth over the warm-up, then constant or half a cosine down to zero at the last step;
   * of that the part that {@code restarts} leave.
   *
   * @param step 1 for the first step
   */
  static double at(FinetuneConfig config, int step, List<Restart> restarts) {
    return scheduled(config, step) * Restart.factor(restarts, step);
  }

  private static double scheduled(FinetuneConfig config, int step) {
    if (step <= config.warmup()) return config.learningRate() * step / config.warmup();
    if (config.schedule().equals("constant")) return config.learningRate();
    double done = (double) (step - config.warmup()) / Math.max(1, config.steps() - config.warmup());
    return config.learningRate() * 0.5 * (1 + Math.cos(Math.PI * done));
  }
}
