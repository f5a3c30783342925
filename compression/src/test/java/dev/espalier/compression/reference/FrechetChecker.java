package dev.espalier.compression.reference;

import static dev.espalier.compression.evaluate.Normalisation.POPULATION;
import static dev.espalier.compression.evaluate.Normalisation.UNBIASED;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.evaluate.FeatureStatistics;
import dev.espalier.compression.evaluate.FrechetDistance;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The Fréchet distance is pytorch-fid's, relative to its size, and so are its parts. That of
 * covariances over N follows from those parts: each covariance is (N − 1)/N of the stored one.
 */
final class FrechetChecker implements ReferenceChecker {
  private static final double TOLERANCE = 1e-6;
  private static final double PARTS = 1e-12;

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("features.safetensors"));
  }

  @Override
  public Outcome check(Path caseDir) {
    StateDict features = ReferenceSet.tensors(caseDir.resolve("features.safetensors"));
    JsonNode expected = ReferenceSet.json(caseDir.resolve("expected.json")).path("fid");
    FeatureStatistics real = FeatureStatistics.of(features.get("real"));
    FeatureStatistics fake = FeatureStatistics.of(features.get("fake"));
    double unbiased = FrechetDistance.of(real, fake, UNBIASED);
    double population = FrechetDistance.of(real, fake, POPULATION);
    return Outcome.worst(
        List.of(
            relative("Fréchet distance", unbiased, number(expected, "pytorch_fid"), TOLERANCE),
            relative("Fréchet distance over N", population, overN(expected, real, fake), TOLERANCE),
            relative("trace of real", trace(real), number(expected, "trace1"), PARTS),
            relative("trace of fake", trace(fake), number(expected, "trace2"), PARTS),
            relative("means", means(real, fake), number(expected, "mean_dist2"), PARTS)));
  }

  private static double overN(JsonNode expected, FeatureStatistics real, FeatureStatistics fake) {
    double first = (real.count() - 1.0) / real.count();
    double second = (fake.count() - 1.0) / fake.count();
    double traces = number(expected, "trace1") + number(expected, "trace2");
    double root = (number(expected, "mean_dist2") + traces - number(expected, "pytorch_fid")) / 2;
    return number(expected, "mean_dist2")
        + first * number(expected, "trace1")
        + second * number(expected, "trace2")
        - 2 * Math.sqrt(first * second) * root;
  }

  private static double number(JsonNode expected, String name) {
    return expected.path(name).asDouble(Double.NaN);
  }

  private static double trace(FeatureStatistics statistics) {
    Tensor covariance = statistics.covariance(UNBIASED);
    double[] values = covariance.doubles();
    double trace = 0;
    for (int i = 0; i < values.length; i += covariance.extent(0) + 1) trace += values[i];
    return trace;
  }

  private static double means(FeatureStatistics real, FeatureStatistics fake) {
    double distance = Differences.norm(real.mean(), fake.mean());
    return distance * distance;
  }

  private static Outcome relative(String what, double ours, double reference, double tolerance) {
    return Deviation.of(what + " " + ours, ours / reference, 1, tolerance);
  }
}
