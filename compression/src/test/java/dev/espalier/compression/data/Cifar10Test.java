package dev.espalier.compression.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Cifar10Test {
  private static final String BINARY = "cifar-10-binary.tar.gz";
  private static final String PYTHON = "cifar-10-python.tar.gz";

  @TempDir private Path root;
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectories(root.resolve("cifar10"));
  }

  @ParameterizedTest
  @ValueSource(strings = {BINARY, PYTHON})
  void theArchiveIsReadBatchByBatch(String archive) throws IOException {
    Files.copy(Golden.file(archive), folder.resolve(archive));
    whole(load("cifar10"));
  }

  @ParameterizedTest
  @ValueSource(strings = {BINARY, PYTHON})
  void unpackedBatchesAreReadInTheirFolderAndOutOfIt(String archive) throws IOException {
    String layout = archive.equals(BINARY) ? "cifar-10-batches-bin" : "cifar-10-batches-py";
    for (Path place : List.of(folder.resolve(layout), folder)) {
      Files.createDirectories(place);
      TarGzip.read(
          Golden.file(archive),
          (path, in) -> Files.copy(in, place.resolve(path.substring(path.lastIndexOf('/') + 1))));
      whole(load("cifar10"));
      try (var files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) Files.delete(file);
      }
    }
  }

  /** 300 images: labels count to ten, pixels count through all batches. */
  private static void whole(ImageDataset data) {
    assertThat(data.size()).isEqualTo(300);
    assertThat(data.imageShape()).containsExactly(3, 32, 32);
    byte[] expected = new byte[300];
    for (int i = 0; i < 300; i++) expected[i] = (byte) (i % 10);
    assertThat(data.labels()).isEqualTo(expected);
    int[] all = new int[300];
    Arrays.setAll(all, i -> i);
    byte[] pixels = Golden.counted(0, 300, 3, 32, 32);
    assertThat(data.pixels(all)).isEqualTo(pixels);
    assertThat(data.fingerprint()).isEqualTo(new Fingerprint().add(pixels).add(expected).hex());
  }

  @Test
  void theTestBatchIsASetOfItsOwn() throws IOException {
    Files.copy(Golden.file(BINARY), folder.resolve(BINARY));
    refused("cifar10-test", "cifar10-test has 60 images");
    byte[] many = new byte[257 * 3073];
    Arrays.fill(many, (byte) 7);
    Files.write(folder.resolve("test_batch.bin"), many);
    assertThat(load("cifar10-test").size()).isEqualTo(257);
  }

  @ParameterizedTest
  @ValueSource(strings = {BINARY, PYTHON})
  void anArchiveCutAnywhereIsOneLine(String archive) throws IOException {
    byte[] whole = Files.readAllBytes(Golden.file(archive));
    for (int size : new int[] {0, 5, 30, 500, whole.length / 2, whole.length - 1}) {
      Files.write(folder.resolve(archive), Arrays.copyOf(whole, size));
      refused("cifar10", archive);
    }
  }

  @Test
  void aBatchThatIsMissingOrCutOrMislabelledIsNamed() throws IOException {
    TarGzip.read(
        Golden.file(BINARY),
        (path, in) -> Files.copy(in, folder.resolve(path.substring(path.lastIndexOf('/') + 1))));
    Path third = folder.resolve("data_batch_3.bin");
    byte[] whole = Files.readAllBytes(third);
    Files.write(third, Arrays.copyOf(whole, whole.length - 1));
    refused("cifar10", "data_batch_3.bin has 184,379 bytes");
    whole[3073] = 10;
    Files.write(third, whole);
    refused("cifar10", "data_batch_3.bin: label 10; legal are 0 to 9");
    Files.write(third, new byte[10_001 * 3073]);
    refused("cifar10", "data_batch_3.bin has more than the 30,730,000 bytes of a batch");
    Files.delete(third);
    refused("cifar10", "data_batch_3.bin is missing beside the others");
  }

  @Test
  void anArchiveWithoutABatchIsRefused() throws IOException {
    Files.write(folder.resolve(BINARY), tar("readme.html", 10));
    refused("cifar10", BINARY + " has no data_batch_1.bin");
  }

  /** 300 KB on disk that unpack to 300 MB. */
  @Test
  void aTarBombIsRefused() throws IOException {
    byte[] bomb = tar("zeros", 300 << 20);
    assertThat(bomb.length).isLessThan(1 << 20);
    Files.write(folder.resolve(BINARY), bomb);
    refused("cifar10", "unpacks to more than 268,435,456 bytes");
  }

  private static byte[] tar(String name, long size) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(size);
      tar.putArchiveEntry(entry);
      byte[] zeros = new byte[1 << 20];
      for (long left = size; left > 0; left -= zeros.length) {
        tar.write(zeros, 0, (int) Math.min(left, zeros.length));
      }
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private ImageDataset load(String name) {
    return new Datasets(List.of(root)).load(name);
  }

  private void refused(String name, String told) {
    assertThatThrownBy(() -> load(name))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(told)
        .hasMessageNotContaining("\n");
  }
}
