package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.Measure;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
   * @param frechetDistance between features of samples and of real images; lower is better; NaN
   *     where the plan does not ask for it
   * @param extractor the name of what those features come from
   * @param ssim mean structural similarity to the dense network's images; 1 is equal; NaN where the
   *     plan does not ask for it
   * @param macs multiply-accumulates of one forward pass for one image
   * @param reused whether it lay on the shelf already
   * @param seconds spent by the attempt that finished it
   * @param extractorSha256 of the extractor's weights or file; absent from results before it was
   *     noted
   * @param measures all that the plan asks for, each with its interval, the two above among them
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
      double seconds,
      @Nullable String extractorSha256,
      List<Measure> measures) {
    @JsonCreator
    public Result(
        Artifact evaluation,
        double frechetDistance,
        String extractor,
        double ssim,
        long parameters,
        long macs,
        double imagesPerSecond,
        boolean reused,
        double seconds,
        @Nullable String extractorSha256,
        @Nullable List<Measure> measures) {
      this.evaluation = evaluation;
      this.frechetDistance = frechetDistance;
      this.extractor = extractor;
      this.ssim = ssim;
      this.parameters = parameters;
      this.macs = macs;
      this.imagesPerSecond = imagesPerSecond;
      this.reused = reused;
      this.seconds = seconds;
      this.extractorSha256 = extractorSha256;
      this.measures = measures == null ? List.of() : List.copyOf(measures);
    }

    /** Without further measures. */
    public Result(
        Artifact evaluation,
        double frechetDistance,
        String extractor,
        double ssim,
        long parameters,
        long macs,
        double imagesPerSecond,
        boolean reused,
        double seconds) {
      this(
          evaluation,
          frechetDistance,
          extractor,
          ssim,
          parameters,
          macs,
          imagesPerSecond,
          reused,
          seconds,
          null,
          List.of());
    }

    /** The measure called {@code name}, if it was taken. */
    public Optional<Measure> measure(String name) {
      return measures.stream().filter(measure -> measure.name().equals(name)).findFirst();
    }
  }
}
