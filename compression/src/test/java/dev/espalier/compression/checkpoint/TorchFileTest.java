package dev.espalier.compression.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchFileTest {
  @TempDir Path work;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void everyProtocolSaysTheSame(int protocol) throws Exception {
    Map<?, ?> content = (Map<?, ?>) TorchFile.read(Fixtures.file("protocol-" + protocol + ".pkl"));
    Map<?, ?> plain = (Map<?, ?>) content.get("plain");
    assertThat(plain.containsKey("none")).isTrue();
    assertThat(plain.get("none")).isNull();
    assertThat(plain.get("truth")).isEqualTo(List.of(true, false));
    assertThat((List<Object>) cast(plain.get("whole")))
        .containsExactly(
            0L,
            1L,
            -1L,
            255L,
            256L,
            65535L,
            65536L,
            -(1L << 31),
            1L << 31,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            BigInteger.ONE.shiftLeft(80));
    assertThat(plain.get("real")).isEqualTo(List.of(0.0, -1.5, 1e300, Double.POSITIVE_INFINITY));
    assertThat(plain.get("text"))
        .isEqualTo(
            List.of("", "plain", "Grüße", "\\u0041 stays", "two\nlines", "x".repeat(300), "😀"));
    List<Object> raw = cast(plain.get("raw"));
    assertThat((byte[]) raw.get(0)).isEmpty();
    assertThat((byte[]) raw.get(1)).containsExactly(0, 255, 10);
    assertThat((byte[]) raw.get(2)).hasSize(300);
    assertThat(plain.get("nested"))
        .isEqualTo(
            Map.of(
                "list",
                List.of(1L, List.of(2L, List.of(3L))),
                "tuple",
                List.of(),
                "one",
                List.of(1L),
                "four",
                List.of(1L, 2L, 3L, 4L),
                7L,
                "seven"));
    assertThat(plain.get("collection")).isEqualTo(List.of(3L));
    assertThat(plain.get("again")).isSameAs(plain.get("nested"));
    arrays(cast(content.get("arrays")));
  }

  private static void arrays(Map<String, Object> arrays) {
    assertThat(arrays.get("f8"))
        .isEqualTo(Tensor.of(new double[] {0, .25, .5, .75, 1, 1.25}, 2, 3));
    assertThat(arrays.get("f4"))
        .isEqualTo(Tensor.of(new float[] {0, .25f, .5f, .75f, 1, 1.25f}, 3, 2));
    assertThat(((Tensor) arrays.get("f2")).floats()).containsExactly(0, 1, 2, 3);
    for (String type : List.of("i8", "i4", "i2", "i1")) {
      assertThat(((Tensor) arrays.get(type)).longs()).containsExactly(-3, -2, -1, 0, 1, 2);
    }
    assertThat(((Tensor) arrays.get("u1")).longs()).containsExactly(250, 251, 252, 253, 254, 255);
    assertThat(((Tensor) arrays.get("b1")).dtype()).isEqualTo(Dtype.BOOL);
    Tensor columns = (Tensor) arrays.get("columns");
    assertThat(columns.shape()).containsExactly(2, 3, 4);
    assertThat(columns.longs()).isEqualTo(java.util.stream.LongStream.range(0, 24).toArray());
    assertThat(((Tensor) arrays.get("zero")).shape()).isEmpty();
    assertThat(((Tensor) arrays.get("empty")).shape()).containsExactly(0, 3);
    assertThat(arrays.get("scalar")).isEqualTo(2.5);
    assertThat(arrays.get("count")).isEqualTo(7L);
  }

  @Test
  void cifarBatchesOfPython2AreRead() throws Exception {
    Path file = Fixtures.file("cifar-python2.pkl");
    Map<String, Object> batch = cast(TorchFile.read(file));
    assertThat(batch.get("labels")).isEqualTo(List.of(6L, 9L));
    assertThat(batch.get("batch_label")).isEqualTo("training batch 1 of 5");
    Tensor data = (Tensor) batch.get("data");
    assertThat(data.dtype()).isEqualTo(Dtype.U8);
    assertThat(data.shape()).containsExactly(2, 3072);
    assertThat(data.longs()[3072 + 200]).isEqualTo((3072 + 200) % 256);
    assertThat(TorchFile.read(Files.readAllBytes(file), "batch")).isEqualTo(batch);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensors.pth", "tensors-legacy.pth"})
  void everyElementTypeAndLayoutIsRead(String name) throws Exception {
    Map<String, Object> content = cast(TorchFile.read(Fixtures.file(name)));
    List<String> types =
        List.of(
            "float64",
            "float32",
            "float16",
            "bfloat16",
            "int64",
            "int32",
            "int16",
            "int8",
            "uint8");
    for (int i = 0; i < types.size(); i++) {
      Tensor tensor = (Tensor) content.get(types.get(i));
      assertThat(tensor.dtype()).isEqualTo(Dtype.values()[i]);
      assertThat(tensor.doubles()).containsExactly(0, 1, 2, 100);
    }
    assertThat(((Tensor) content.get("bool")).longs()).containsExactly(0, 1, 1, 1);
    float[] whole = ((Tensor) content.get("whole")).floats();
    assertThat(whole).hasSize(24);
    Tensor transposed = (Tensor) content.get("transposed");
    assertThat(transposed.shape()).containsExactly(6, 4);
    assertThat(transposed.floats()).startsWith(0, 6, 12, 18, 1, 7, 13, 19);
    assertThat(((Tensor) content.get("offset")).floats()).containsExactly(5, 6, 7, 8);
    assertThat(((Tensor) content.get("every_third")).floats())
        .containsExactly(0, 3, 6, 9, 12, 15, 18, 21);
    assertThat(((Tensor) content.get("scalar")).floats()).containsExactly(2.5f);
    assertThat(((Tensor) content.get("empty")).shape()).containsExactly(0, 3);
    assertThat(((Tensor) content.get("parameter")).floats()).containsExactly(1, 2);
    assertThat(content.get("size")).isEqualTo(List.of(2L, 3L));
  }

  @Test
  void whatIsNotOnlyTensorsIsNoStateDict() throws Exception {
    assertThat(TorchFile.stateDict(Fixtures.file("linear.pth")).keys())
        .containsExactly("weight", "bias");
    assertThatThrownBy(() -> TorchFile.stateDict(Fixtures.file("tensors.pth")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("holds no dictionary of tensors alone");
  }

  @Test
  void aWholeModuleIsRefusedWithWhatToDoInstead() {
    assertThatThrownBy(() -> TorchFile.read(Fixtures.file("whole-module.pth")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("refers to torch.nn.modules.linear.Linear")
        .hasMessageContaining("only tensors and plain containers are read")
        .hasMessageContaining("torch.save(model.state_dict(), FILE)");
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    StateDict weights = TorchFile.stateDict(Fixtures.file("linear.pth"));
    Path file = work.resolve("written.pth");
    TorchFile.write(file, weights);
    assertThat(TorchFile.stateDict(file)).isEqualTo(weights);
    byte[] bytes = Files.readAllBytes(file);
    TorchFile.write(file, weights);
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear.pth", "tensors-legacy.pth", "protocol-2.pkl"})
  void aFileCutOffAnywhereIsRefused(String name) throws Exception {
    byte[] whole = Files.readAllBytes(Fixtures.file(name));
    Path file = work.resolve("cut.pth");
    for (int size = 0; size < whole.length; size += Math.max(1, whole.length / 50)) {
      Files.write(file, Arrays.copyOf(whole, size));
      assertThatThrownBy(() -> TorchFile.read(file)).isInstanceOf(InvalidInput.class);
    }
  }

  @Test
  void aDamagedStorageIsNamed() throws Exception {
    byte[] whole = Files.readAllBytes(Fixtures.file("linear.pth"));
    StateDict weights = TorchFile.stateDict(Fixtures.file("linear.pth"));
    byte[] elements = new byte[16];
    weights.get("weight").bytes().get(elements);
    int at = new String(whole, "ISO-8859-1").indexOf(new String(elements, "ISO-8859-1"));
    whole[at + 3] ^= 1;
    Path file = Files.write(work.resolve("damaged.pth"), whole);
    assertThatThrownBy(() -> TorchFile.read(file))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("data/0' is damaged");
  }

  @SuppressWarnings("unchecked")
  private static <T> T cast(Object value) {
    return (T) value;
  }
}
