package dev.espalier.compression.data;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Files that src/test/python/data_golden.py made with numpy, Pillow and torchvision. */
final class Golden {
  private Golden() {}

  static Path file(String name) {
    try {
      return Path.of(Objects.requireNonNull(Golden.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] bytes(String name) throws IOException {
    try (InputStream in = Golden.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  static List<String> names(String folder) throws IOException {
    try (Stream<Path> files = Files.list(file(folder))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The pixel that the script's {@code counted} gives. */
  static byte counted(int image, int channel, int y, int x) {
    return (byte) (37 * image + 11 * channel + 5 * y + 3 * x);
  }

  /** The first {@code n} of those images from {@code first} on, as [n, C, H, W]. */
  static byte[] counted(int first, int n, int channels, int height, int width) {
    byte[] pixels = new byte[n * channels * height * width];
    int at = 0;
    for (int i = first; i < first + n; i++) {
      for (int c = 0; c < channels; c++) {
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) pixels[at++] = counted(i, c, y, x);
        }
      }
    }
    return pixels;
  }
}
