package dev.espalier.compression.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumpyImagesTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"nhwc.npz", "compressed.npz", "nchw.npz", "nhwc.npy"})
  void everyLayoutGivesTheSameImages(String name) {
    ImageDataset data = load(Golden.file(name));
    assertThat(data.imageShape()).containsExactly(3, 5, 4);
    assertThat(data.size()).isEqualTo(258);
    assertThat(data.pixels(new int[] {0, 257, 100}))
        .isEqualTo(
            join(
                Golden.counted(0, 1, 3, 5, 4),
                Golden.counted(257, 1, 3, 5, 4),
                Golden.counted(100, 1, 3, 5, 4)));
    assertThat(data.fingerprint()).isEqualTo(load(Golden.file("nhwc.npz")).fingerprint());
    assertThatThrownBy(data::labels).isInstanceOf(InvalidInput.class).hasMessageContaining("label");
  }

  @Test
  void greyImagesNeedNoAxisOfChannels() {
    ImageDataset data = load(Golden.file("grey.npy"));
    assertThat(data.imageShape()).containsExactly(1, 5, 4);
    assertThat(data.pixels(new int[] {200})).isEqualTo(Golden.counted(200, 1, 1, 5, 4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "refused-float.npz | arr_0.npy holds '<f4'; images are uint8",
        "refused-fortran.npy | in Fortran order",
        "refused-shape.npy | has shape (2, 5, 4, 2); images are",
        "refused-statistics.npz | has no array arr_0, but [mu.npy, sigma.npy]"
      })
  void whatIsNoImagesIsRefused(String name, String told) {
    refused(Golden.file(name), told.strip());
  }

  @Test
  void aFileCutAnywhereIsOneLine() throws IOException {
    for (String name : List.of("nhwc.npz", "nhwc.npy", "compressed.npz")) {
      byte[] whole = Files.readAllBytes(Golden.file(name));
      for (int size : new int[] {0, 3, 7, 9, 60, 300, whole.length / 2, whole.length - 1}) {
        Path cut = Files.write(folder.resolve(name), Arrays.copyOf(whole, size));
        refused(cut, name);
      }
    }
    byte[] more = Arrays.copyOf(Files.readAllBytes(Golden.file("nhwc.npy")), 20_000);
    refused(Files.write(folder.resolve("more.npy"), more), "bytes after the last image");
  }

  /** 300 KB on disk that claim, and hold, 300 MB of zeros. */
  @Test
  void aZipBombIsRefusedBeforeItIsUnpacked() throws IOException {
    Path bomb = folder.resolve("bomb.npz");
    try (OutputStream file = Files.newOutputStream(bomb);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry("arr_0.npy"));
      zip.write(header("(76800, 64, 64, 1)"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 300; i++) zip.write(zeros);
    }
    assertThat(Files.size(bomb)).isLessThan(1 << 20);
    refused(bomb, "is taken for a zip bomb");
  }

  @Test
  void headsThatClaimTheImpossibleAreRefused() throws IOException {
    Path file = folder.resolve("claim.npy");
    for (String shape :
        new String[] {"(99999999999, 4, 4, 3)", "(2000000000, 60000, 60000, 3)", "(0, 4, 4, 3)"}) {
      Files.write(file, header(shape));
      refused(file, "claim.npy");
    }
    Files.write(file, header("(2000000000, 4000, 4000, 3)"));
    refused(file, "MB free");
  }

  @Test
  void manyImagesAreKeptInAFileAndReadFromIt() throws IOException {
    int area = 1 << 20;
    int images = (int) (PixelStore.HELD / area) + 1;
    try (PixelStore store = PixelStore.of(images, area, folder, "test")) {
      byte[] image = new byte[area];
      for (int i = 0; i < images; i++) {
        Arrays.fill(image, (byte) i);
        store.add(image);
      }
      byte[] read = new byte[area + 1];
      for (int i : new int[] {0, 200, images - 1}) {
        store.source().read(i, read, 1);
        assertThat(read[1]).isEqualTo((byte) i);
        assertThat(read[area]).isEqualTo((byte) i);
      }
    }
  }

  private static byte[] header(String shape) {
    String text = "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }\n";
    byte[] dictionary = text.getBytes(StandardCharsets.US_ASCII);
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) dictionary.length, 0};
    return join(magic, dictionary);
  }

  private static byte[] join(byte[]... parts) {
    byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static ImageDataset load(Path file) {
    return new Datasets(List.of(Path.of("/"))).load("npz:" + file);
  }

  private static void refused(Path file, String told) {
    assertThatThrownBy(() -> load(file))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(told)
        .hasMessageContaining(file.getFileName().toString());
  }
}
