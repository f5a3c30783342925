package dev.espalier.compression.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramingTest {
  static List<String> framed() throws IOException {
    List<String> names = Golden.names("framed");
    assertThat(names).hasSizeGreaterThan(25);
    return names;
  }

  /** JPEG, PNG, BMP and GIF; decoding, cropping and resizing; no pixel is one level off. */
  @ParameterizedTest
  @MethodSource("framed")
  void picturesAreFramedAsPillowAndTorchvisionFrameThem(String golden) throws Exception {
    String[] parts = golden.replace(".png", "").split("-(?=centre|celeba)|-(?=[0-9]+$)");
    DecodedImage picture =
        ImageFile.decode(Golden.bytes("images/" + parts[0].replaceFirst("_(?=[a-z]+$)", ".")));
    int size = Integer.parseInt(parts[2]);
    DecodedImage expected = ImageFile.decode(Golden.bytes("framed/" + golden));

    int[] shape = {3, size, size};
    DecodedImage framed =
        (parts[1].equals("celeba") ? Framing.CELEBA : Framing.CENTRE).frame(picture, shape);

    assertThat(planes(framed)).isEqualTo(planes(expected));
  }

  private static byte[] planes(DecodedImage image) {
    byte[] planes = new byte[3 * image.width() * image.height()];
    image.planes(3, planes, 0);
    return planes;
  }

  @Test
  void aNetworkOfUnequalSidesGetsWhatFitsIt() {
    DecodedImage picture = new DecodedImage(1, 40, 20, new byte[800]);
    for (int[] shape : new int[][] {{1, 10, 16}, {1, 5, 20}, {1, 20, 7}, {1, 20, 40}}) {
      DecodedImage framed = Framing.CENTRE.frame(picture, shape);
      assertThat(new int[] {framed.height(), framed.width()}).containsExactly(shape[1], shape[2]);
    }
  }

  @Test
  void nothingIsEnlargedAndCelebaHasOneSize() {
    int[] shape = {3, 32, 32};
    assertThatThrownBy(() -> Framing.CENTRE.check(400, 31, shape))
        .isInstanceOf(UnreadableImage.class)
        .hasMessage("400 × 31 pixels, smaller than 32 × 32");
    assertThatThrownBy(() -> Framing.CELEBA.check(178, 217, shape))
        .isInstanceOf(UnreadableImage.class)
        .hasMessage("178 × 217 pixels, not 178 × 218");
  }
}
