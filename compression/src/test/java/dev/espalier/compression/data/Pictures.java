package dev.espalier.compression.data;

import dev.espalier.compression.CounterRandom;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Folders of small pictures of noise, each another one and always the same. */
final class Pictures {
  private Pictures() {}

  /** Colour PNGs 00000.png, 00001.png, …, some of them in folders of their own. */
  static void write(Path folder, int count, int width, int height) throws IOException {
    for (int i = 0; i < count; i++) {
      Path file = folder.resolve(i % 7 == 0 ? "more/%05d.png" : "%05d.png".formatted(i));
      write(Path.of(file.toString().formatted(i)), i, width, height, BufferedImage.TYPE_3BYTE_BGR);
    }
  }

  static void write(Path file, int seed, int width, int height, int type) throws IOException {
    BufferedImage image = new BufferedImage(width, height, type);
    int[] samples = new int[width * height * image.getRaster().getNumBands()];
    int[] drawn = CounterRandom.at(seed, "picture", 0).ints(samples.length, 0, 256).toArray();
    image.getRaster().setPixels(0, 0, width, height, drawn);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }
}
