package dev.espalier.compression.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.CounterRandom;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFileTest {
  @ParameterizedTest
  @CsvSource({
    "face.jpg,3",
    "grey.jpg,1",
    "small.png,3",
    "small.bmp,3",
    "small.gif,3",
    "palette.png,3",
    "grey.png,1",
    "grey.gif,1",
    "bilevel.png,1",
    "opaque.png,3",
    "grey-opaque.png,1"
  })
  void greyIsToldFromColour(String name, int channels) throws Exception {
    assertThat(ImageFile.decode(Golden.bytes("images/" + name)).channels()).isEqualTo(channels);
  }

  @ParameterizedTest
  @CsvSource({
    "refused-transparent.png,transparent pixels",
    "refused-16-bits.png,16 bits a channel",
    "refused-cmyk.jpg,CMYK",
    "refused.webp,WebP; convert it to PNG",
    "refused.tiff,TIFF; convert it to PNG"
  })
  void modesThatAreNotReadAreNamed(String name, String reason) throws Exception {
    refused(Golden.bytes("images/" + name), reason);
  }

  @Test
  void whatIsNoImageIsSaid() {
    refused(new byte[0], "empty");
    refused("GIF of a cat".getBytes(), "not a PNG, JPEG, BMP or GIF");
    refused(new byte[1000], "not a PNG, JPEG, BMP or GIF");
  }

  @ParameterizedTest
  @ValueSource(strings = {"face.jpg", "face-progressive.jpg", "grey.jpg", "small.png", "small.bmp"})
  void aFileCutAnywhereIsTruncated(String name) throws Exception {
    byte[] whole = Golden.bytes("images/" + name);
    for (int percent : new int[] {40, 60, 90, 98}) {
      refused(Arrays.copyOf(whole, whole.length * percent / 100), "truncated");
    }
  }

  @Test
  void aGifCutAnywhereIsTruncated() throws Exception {
    byte[] whole = Golden.bytes("images/small.gif");
    for (int percent : new int[] {50, 70, 95}) {
      refused(Arrays.copyOf(whole, whole.length * percent / 100), "truncated");
    }
  }

  /** A PNG whose head claims 100,000 × 100,000 pixels: 30 GB, were they decoded. */
  @Test
  void aHeadThatClaimsMorePixelsThanAnyPictureHasIsRefusedBeforeItIsDecoded() throws Exception {
    byte[] bomb = Golden.bytes("images/small.png");
    for (int at : new int[] {16, 20}) {
      bomb[at + 1] = 1;
      bomb[at + 2] = (byte) 0x86;
      bomb[at + 3] = (byte) 0xA0;
    }
    refused(bomb, "10,000,000,000 pixels, more than 67,108,864");
  }

  @Test
  void damagedFilesGiveAnImageOrAReasonAndNothingElse() throws Exception {
    List<String> names = Golden.names("images");
    SplittableRandom random = CounterRandom.at(1, "damage", 0);
    int refused = 0;
    for (int i = 0; i < 600; i++) {
      byte[] file = Golden.bytes("images/" + names.get(i % names.size()));
      for (int flips = random.nextInt(1, 8); flips > 0; flips--) {
        int head = random.nextBoolean() ? Math.min(64, file.length) : file.length;
        file[random.nextInt(head)] = (byte) random.nextInt();
      }
      try {
        assertThat(ImageFile.decode(file).samples()).isNotEmpty();
      } catch (UnreadableImage e) {
        assertThat(e.reason()).isNotEmpty().doesNotContain("\n");
        refused++;
      }
    }
    assertThat(refused).isBetween(100, 599);
  }

  private static void refused(byte[] file, String reason) {
    assertThatThrownBy(() -> ImageFile.decode(file))
        .isInstanceOf(UnreadableImage.class)
        .hasMessage(reason);
  }
}
