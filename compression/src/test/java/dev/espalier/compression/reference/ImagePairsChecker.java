package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.evaluate.MeanSquaredError;
import dev.espalier.compression.evaluate.Ssim;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;

/** Similarity and squared error of image pairs are those of pytorch_msssim in either precision. */
final class ImagePairsChecker implements ReferenceChecker {
  private static final double TOLERANCE = 1e-5;

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("images.safetensors"));
  }

  @Override
  public Outcome check(Path caseDir) {
    StateDict images = ReferenceSet.tensors(caseDir.resolve("images.safetensors"));
    JsonNode expected = ReferenceSet.json(caseDir.resolve("expected.json"));
    Tensor first = images.get("img1");
    Tensor second = images.get("img2");
    double[] wide = doubles(expected.path("pytorch_msssim_per_image_float64"));
    double[] narrow = doubles(expected.path("pytorch_msssim_per_image"));
    double mean = expected.path("pytorch_msssim_mean").asDouble(Double.NaN);
    double[] errors = doubles(expected.path("mse_per_image"));
    double meanError = expected.path("mse_mean").asDouble(Double.NaN);
    return Outcome.worst(
        List.of(
            Deviation.of("SSIM, float64", Ssim.perImage(wide(first), wide(second)), wide, 1e-7),
            Deviation.of("SSIM, float32", Ssim.perImage(first, second), narrow, TOLERANCE),
            Deviation.of("mean SSIM", Ssim.mean(first, second), mean, TOLERANCE),
            Deviation.of("MSE", MeanSquaredError.perImage(first, second), errors, 1e-7),
            Deviation.of("mean MSE", MeanSquaredError.mean(first, second), meanError, 1e-7)));
  }

  private static Tensor wide(Tensor images) {
    double scale = images.dtype() == Dtype.U8 ? 255 : 1;
    return Tensor.of(Arrays.stream(images.doubles()).map(v -> v / scale).toArray(), images.shape());
  }

  private static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
