package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.evaluate.SlicedWasserstein;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** The sliced Wasserstein distance of the first rows of both clouds, on the stored projections. */
final class SlicedWassersteinChecker implements ReferenceChecker {
  private static final double TOLERANCE = 1e-12;

  @Override
  public boolean accepts(Path caseDir) {
    Path expected = caseDir.resolve("expected.json");
    return Files.exists(caseDir.resolve("features.safetensors"))
        && ReferenceSet.json(expected).has("sliced_wasserstein2");
  }

  @Override
  public Outcome check(Path caseDir) {
    StateDict features = ReferenceSet.tensors(caseDir.resolve("features.safetensors"));
    JsonNode expected =
        ReferenceSet.json(caseDir.resolve("expected.json")).path("sliced_wasserstein2");
    int rows = expected.path("rows_used").asInt();
    SlicedWasserstein distance =
        SlicedWasserstein.of(
            first(features.get("real"), rows),
            first(features.get("fake"), rows),
            features.get("projections"));
    double[] each =
        StreamSupport.stream(expected.path("per_projection").spliterator(), false)
            .mapToDouble(JsonNode::asDouble)
            .toArray();
    double mean = expected.path("mean").asDouble(Double.NaN);
    double root = expected.path("root_mean_square").asDouble(Double.NaN);
    return Outcome.worst(
        List.of(
            Deviation.of("sliced Wasserstein", distance.perDirection(), each, TOLERANCE),
            Deviation.of("its mean", distance.mean(), mean, TOLERANCE),
            Deviation.of("its root mean square", distance.rootMeanSquare(), root, TOLERANCE)));
  }

  private static Tensor first(Tensor cloud, int rows) {
    return cloud.select(0, IntStream.range(0, rows).toArray());
  }
}
