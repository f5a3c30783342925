package dev.espalier.compression.finetune;

/** The decay of the weights' moving average, shadow ← decay · shadow + (1 − decay) · weights. */
final class ExponentialMovingAverage {
  private ExponentialMovingAverage() {}

  /**
   * @param step 1 for the first step
   */
  static double decay(FinetuneConfig config, int step) {
    double before = step - 1;
    double grown =
        switch (config.emaWarmup()) {
          case "none" -> 1;
          case "ramp" -> before == 0 ? 0 : (1 + before) / (10 + before);
          case "power" -> before == 0 ? 0 : 1 - Math.pow(1 + before, -0.75);
          default -> throw new IllegalStateException(config.emaWarmup());
        };
    return Math.min(grown, config.emaDecay());
  }
}
