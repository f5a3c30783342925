package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Images side by side as one PNG, row by row, without gaps. Needs no display and no temporary file.
 */
public final class ImageGrid {
  private ImageGrid() {}

  /**
   * The PNG of uint8 images [N, C, H, W], C = 1 (grey) or 3 (red, green, blue), {@code columns} of
   * them beside each other; what is left of the last row stays black.
   *
   * @throws InvalidInput if the images or the columns are not so
   */
  public static byte[] png(Tensor images, int columns) {
    InvalidInput.require(
        images.dtype() == Dtype.U8
            && images.rank() == 4
            && images.size() > 0
            && (images.extent(1) == 1 || images.extent(1) == 3),
        "an image grid takes U8 [N, 1 or 3, H, W], not %s",
        images);
    InvalidInput.require(columns >= 1, "an image grid has at least 1 column, not %d", columns);
    int channels = images.extent(1);
    int height = images.extent(2);
    int width = images.extent(3);
    int rows = (images.extent(0) + columns - 1) / columns;
    BufferedImage grid =
        new BufferedImage(
            columns * width,
            rows * height,
            channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    ByteBuffer values = images.bytes();
    for (int n = 0; n < images.extent(0); n++) {
      int left = n % columns * width;
      int top = n / columns * height;
      for (int band = 0; band < channels; band++) {
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            grid.getRaster().setSample(left + x, top + y, band, values.get() & 0xFF);
          }
        }
      }
    }
    return encode(grid);
  }

  private static byte[] encode(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", out)) {
        throw new IllegalStateException("this Java runtime has no PNG writer");
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }
}
