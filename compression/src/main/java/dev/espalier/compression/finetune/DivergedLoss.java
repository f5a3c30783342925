package dev.espalier.compression.finetune;

/** The loss or its gradient stopped being a number; the state before it is the last checkpoint. */
public final class DivergedLoss extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int step;

  DivergedLoss(int step, double loss, double gradientNorm) {
    super(
        String.format(
            "step %d: loss %s, gradient norm %s; a smaller finetune.learningRate or clip may help",
            step, loss, gradientNorm));
    this.step = step;
  }

  /**
   * Of a training that was taken back before.
   *
   * @param restarts how often
   */
  public DivergedLoss(DivergedLoss last, int restarts) {
    super(
        String.format(
            "%s (taken back %d times, the learning rate halved each time)",
            last.getMessage(), restarts),
        last);
    this.step = last.step;
  }

  /** The step whose loss or gradient is no number; 1 for the first. */
  public int step() {
    return step;
  }
}
