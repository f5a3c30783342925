package dev.espalier.workers.bench;

import dev.espalier.compression.evaluate.Prdc;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Precision, recall, density and coverage of 10,000 and 10,000 features, beside prdc. */
record PrdcBenchmark() implements Benchmark {
  private static final int COUNT = 10_000;

  @Override
  public String unit() {
    return "PRDC of 2 × 10,000 features of 2,048, k = 5";
  }

  @Override
  public String python() {
    return "prdc";
  }

  @Override
  public void prepare(Path folder) throws IOException {
    Features.write(folder, COUNT);
  }

  @Override
  public void measure(Path folder, Rounds rounds) throws IOException {
    Tensor real = Features.real(folder);
    Tensor fake = Features.fake(folder);
    Prdc[] last = new Prdc[1];
    rounds.each(1, () -> last[0] = Prdc.of(real, fake, 5));
    rounds.results(
        Map.of(
            "precision", last[0].precision(),
            "recall", last[0].recall(),
            "density", last[0].density(),
            "coverage", last[0].coverage()));
  }
}
