package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImageGridTest {
  @Test
  void everyPixelOfColourImagesReadsBack() throws IOException {
    byte[] values = new byte[5 * 3 * 2 * 4];
    for (int i = 0; i < values.length; i++) values[i] = (byte) (i * 7);
    Tensor images = Tensor.of(values, 5, 3, 2, 4);
    BufferedImage grid = read(ImageGrid.png(images, 2));
    assertThat(grid.getWidth()).isEqualTo(8);
    assertThat(grid.getHeight()).isEqualTo(6);
    for (int n = 0; n < 5; n++) {
      for (int c = 0; c < 3; c++) {
        for (int y = 0; y < 2; y++) {
          for (int x = 0; x < 4; x++) {
            assertThat(grid.getRaster().getSample(n % 2 * 4 + x, n / 2 * 2 + y, c))
                .isEqualTo(values[((n * 3 + c) * 2 + y) * 4 + x] & 0xFF);
          }
        }
      }
    }
    assertThat(grid.getRGB(7, 5)).isEqualTo(0xFF000000);
  }

  @Test
  void greyValuesAreStoredAsTheyAre() throws IOException {
    byte[] values = {0, 1, 127, (byte) 128, (byte) 200, (byte) 255};
    BufferedImage grid = read(ImageGrid.png(Tensor.of(values, 1, 1, 2, 3), 1));
    assertThat(grid.getRaster().getNumBands()).isEqualTo(1);
    for (int i = 0; i < values.length; i++) {
      assertThat(grid.getRaster().getSample(i % 3, i / 3, 0)).isEqualTo(values[i] & 0xFF);
    }
  }

  @Test
  void equalImagesGiveEqualBytes() {
    Tensor images = Tensor.of(new byte[4 * 9], 4, 1, 3, 3);
    assertThat(ImageGrid.png(images, 4)).isEqualTo(ImageGrid.png(images, 4));
  }

  @Test
  void otherTensorsAreRefused() {
    assertThatThrownBy(() -> ImageGrid.png(Tensor.of(new float[4], 1, 1, 2, 2), 1))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("an image grid takes U8 [N, 1 or 3, H, W], not F32[1, 1, 2, 2]");
    assertThatThrownBy(() -> ImageGrid.png(Tensor.of(new byte[4], 1, 1, 2, 2), 0))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("an image grid has at least 1 column, not 0");
  }

  private static BufferedImage read(byte[] png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png));
  }
}
