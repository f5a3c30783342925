package dev.espalier.workers.bench;

import dev.espalier.compression.network.Network;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** Writing a network's weights and reading them again, beside Python's safetensors package. */
record SafetensorsBenchmark() implements Benchmark {
  @Override
  public String unit() {
    return "write and read of the 32×32 U-Net's weights, 26 MB";
  }

  @Override
  public String python() {
    return "safetensors";
  }

  @Override
  public void prepare(Path folder) throws IOException {
    UNets.write(UNets.CIFAR_32, folder);
  }

  @Override
  public void measure(Path folder, Rounds rounds) throws IOException {
    Network network = UNets.of(UNets.CIFAR_32);
    StateDict weights = UNets.random(network);
    Path file = folder.resolve("ours.safetensors");
    rounds.each(
        1,
        () -> {
          try {
            Safetensors.write(file, weights, Map.of());
            Safetensors.read(file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
