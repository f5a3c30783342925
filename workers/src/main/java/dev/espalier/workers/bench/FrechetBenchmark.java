package dev.espalier.workers.bench;

import dev.espalier.compression.evaluate.FrechetDistance;
import dev.espalier.compression.evaluate.Normalisation;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
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
    Tensor real = Features.real(folder);
    Tensor fake = Features.fake(folder);
    double[] distance = {0};
    rounds.each(1, () -> distance[0] = FrechetDistance.of(real, fake, Normalisation.UNBIASED));
    rounds.results(Map.of("distance", distance[0]));
  }
}
