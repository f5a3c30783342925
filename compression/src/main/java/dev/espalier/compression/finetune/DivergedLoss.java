package dev.espalier.compression.finetune;

/** The loss or its gradient stopped being a number; the state before it is the last checkpoint. */
public final class DivergedLoss extends RuntimeException {
  DivergedLoss(int step, double loss, double gradientNorm) {
    super(
        String.format(
            "step %d: loss %s, gradient norm %s; a smaller finetune.learningRate or clip may help",
            step, loss, gradientNorm));
  }
}
