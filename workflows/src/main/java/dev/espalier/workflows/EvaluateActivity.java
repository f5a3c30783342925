package dev.espalier.workflows;

import dev.espalier.compression.evaluate.EvaluateConfig;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Stage {@code evaluate}: samples from a network and measures what comes out. */
@ActivityInterface
public interface EvaluateActivity {
  @ActivityMethod(name = "Evaluate")
  Result evaluate(Request request);

  /**
   * @param run id of the workflow that asks
   * @param network the network to measure
   * @param dense the network whose images from the same noise are the reference of the similarity
   * @param data real images for the Fréchet distance, by name
   */
  record Request(
      String run, Artifact network, Artifact dense, String data, EvaluateConfig config) {}

  /**
   * @param evaluation where samples and numbers lie
   * @param frechetDistance between features of samples and of real images; lower is better
   * @param extractor the network those features come from
   * @param ssim mean structural similarity to the dense network's images; 1 is equal
   * @param macs multiply-accumulates of one forward pass for one image
   * @param reused whether it lay on the shelf already
   * @param seconds spent by the attempt that finished it
   */
  record Result(
      Artifact evaluation,
      double frechetDistance,
      String extractor,
      double ssim,
      long parameters,
      long macs,
      double imagesPerSecond,
      boolean reused,
      double seconds) {}
}
