package dev.espalier.compression.tensor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path work;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    StateDict tensors =
        new StateDict(
            Map.of("a", Tensor.of(new float[] {1, 2}, 2), "b", Tensor.of(new long[] {3})));
    Path file = work.resolve("whole.safetensors");
    Safetensors.write(file, tensors, Map.of("format", "pt"));
    assertThat(Safetensors.read(file).tensors()).isEqualTo(tensors);
    assertThat(Safetensors.read(file).metadata()).containsEntry("format", "pt");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | has 8 bytes after its last tensor",
        "[] | is not a JSON object",
        "{\"a\" | is not JSON",
        "{\"a\": 1} | tensor 'a' is not an object",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2]}} | tensor 'a' lacks its dtype",
        "{\"a\": {\"dtype\": \"F33\", \"shape\": [2], \"data_offsets\": [0, 8]}} | dtype 'F33'",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0]}} | lacks its dtype",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 8, 8]}} | too many",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 4]}} | by its shape",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [-8, 0]}} | offsets are -8",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [8, 16]}} | a hole",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [-2], \"data_offsets\": [0, 8]}} | extent -2",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2.0], \"data_offsets\": [0, 8]}} | no whole",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [\"2\"], \"data_offsets\": [0, 8]}} | no whole",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [9999999999], \"data_offsets\": [0, 8]}} | extent",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [99999999999999999999], \"data_offsets\": [0, 8]}}"
            + " | too large",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2147483647, 2147483647, 2147483647],"
            + " \"data_offsets\": [0, 8]}} | impossible shape",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [500000000], \"data_offsets\": [0, 2000000000]}}"
            + " | is truncated",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 9223372036854775807]}}"
            + " | its offsets are 0 and 9223372036854775807",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}, \"b\": {\"dtype\":"
            + " \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}} | an overlap",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}, \"a\": {\"dtype\":"
            + " \"F32\", \"shape\": [1], \"data_offsets\": [4, 8]}} | has two tensors 'a'",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"shape\": [2], \"data_offsets\": [0, 8]}}"
            + " | field 'shape' too many",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 8], \"x\": {}}}"
            + " | field 'x' too many",
        "{\"__metadata__\": {\"a\": 1}} | metadata 'a' is not a text",
        "{\"__metadata__\": {}, \"__metadata__\": {}} | two entries",
        "{\"__metadata__\": {\"a\": \"\", \"a\": \"\"}} | two metadata 'a'",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 8]}} {} | after its",
        "{\"a\": [[[[[[[[[[[[]]]]]]]]]]]]} | tensor 'a' is not an object",
      })
  void aHeaderThatIsNotWholeAndConsistentIsRefused(String header, String said) throws IOException {
    refused(file(header.getBytes(UTF_8), 8), said);
  }

  @Test
  void headersThatAreTooLargeOrMissingAreRefused() throws IOException {
    Path file = work.resolve("odd.safetensors");
    for (long claimed : new long[] {0, 1, -1, 100, Long.MAX_VALUE, Long.MIN_VALUE}) {
      byte[] start = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN).putLong(claimed).array();
      refused(Files.write(file, start), "its header claims " + claimed + " bytes");
    }
    refused(Files.write(file, new byte[7]), "too short");
    refused(file("{}".repeat(9 << 20).getBytes(UTF_8), 0), "has a header of 18874368 bytes");
    refused(Files.write(file, new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0}), "espalier import");
  }

  @Test
  void weightsHaveToBeFiniteNumbers() {
    for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      StateDict weights = new StateDict(Map.of("w", Tensor.of(new float[] {1, odd}, 2)));
      assertThatThrownBy(() -> weights.requireFloats("file"))
          .isInstanceOf(InvalidInput.class)
          .hasMessage("file: tensor 'w' holds NaN or infinite numbers");
    }
    new StateDict(Map.of("w", Tensor.of(new double[] {1, -Double.MAX_VALUE}, 2)))
        .requireFloats("file");
    assertThatThrownBy(
            () -> new StateDict(Map.of("n", Tensor.of(new long[] {1}, 1))).requireFloats("file"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("'n' holds I64");
    short half = 0x7C01;
    ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(half).flip();
    assertThat(Tensor.of(Dtype.F16, new int[] {1}, bytes).isFinite()).isFalse();
  }

  private Path file(byte[] header, int data) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    return Files.write(work.resolve("made.safetensors"), bytes.array());
  }

  private static void refused(Path file, String said) {
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(said)
        .hasMessageNotContaining("\n");
  }
}
