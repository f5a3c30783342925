package dev.espalier.workers.bench;

import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.evaluate.FeatureFile;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/** Two clouds of made-up features with the shape of Inception's: not negative, and correlated. */
final class Features {
  private static final int WIDTH = 2048;

  private Features() {}

  /** Writes {@code real.safetensors} and {@code fake.safetensors}, float32 [count, 2048] each. */
  static void write(Path folder, int count) throws IOException {
    write(folder.resolve("real.safetensors"), count, 1, 0);
    write(folder.resolve("fake.safetensors"), count, 2, 0.05);
  }

  private static void write(Path file, int count, long seed, double shift) throws IOException {
    ByteBuffer values =
        ByteBuffer.allocate(count * WIDTH * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = CounterRandom.at(seed, "features", 0);
    double[] common = new double[8];
    for (int row = 0; row < count; row++) {
      for (int k = 0; k < common.length; k++) common[k] = gaussian(random);
      for (int j = 0; j < WIDTH; j++) {
        double scale = 1.0 / (1 + j % 97);
        double value = scale * gaussian(random) + 0.3 * scale * common[j % common.length] + shift;
        values.putFloat((float) Math.max(0, value));
      }
    }
    Tensor features = Tensor.of(Dtype.F32, new int[] {count, WIDTH}, values.flip());
    Safetensors.write(file, new StateDict(Map.of("features", features)), Map.of());
  }

  /** Near enough: the sum of four uniform draws with unit variance. */
  private static double gaussian(SplittableRandom random) {
    long bits = random.nextLong();
    double sum = 0;
    for (int i = 0; i < 4; i++) sum += ((bits >>> 16 * i) & 0xFFFF) / 65536.0 - 0.5;
    return sum * Math.sqrt(3);
  }

  /** Mapped, as the features of an evaluation are. */
  static Tensor real(Path folder) throws IOException {
    return FeatureFile.map(folder.resolve("real.safetensors"));
  }

  /** Mapped, as the features of an evaluation are. */
  static Tensor fake(Path folder) throws IOException {
    return FeatureFile.map(folder.resolve("fake.safetensors"));
  }
}
