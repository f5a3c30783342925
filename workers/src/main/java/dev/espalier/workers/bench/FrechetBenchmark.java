package dev.espalier.workers.bench;

import dev.espalier.compression.evaluate.FeatureStatistics;
import dev.espalier.compression.evaluate.FrechetDistance;
import dev.espalier.compression.evaluate.Normalisation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** The Fréchet distance of 50,000 and 50,000 cached features, beside pytorch-fid's. */
record FrechetBenchmark() implements Benchmark {
  private static final int COUNT = 50_000;

  @Override
  public String unit() {
    return "Fréchet distance of 2 × 50,000 features of 2,048";
  }

  @Override
  public String python() {
    return "fid";
  }

  @Override
  public void prepare(Path folder) throws IOException {
    Features.write(folder, COUNT);
  }

  @Override
  public void measure(Path folder, Rounds rounds) throws IOException {
    double[] distance = {0};
    rounds.each(1, () -> distance[0] = distance(folder));
    rounds.results(Map.of("distance", distance[0]));
  }

  private static double distance(Path folder) {
    try {
      FeatureStatistics real = FeatureStatistics.of(Features.real(folder));
      FeatureStatistics fake = FeatureStatistics.of(Features.fake(folder));
      return FrechetDistance.of(real, fake, Normalisation.UNBIASED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
