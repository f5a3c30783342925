package dev.espalier.compression.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small valid files, changed at random: a reader either reads what is left or says in one line what
 * is wrong, and takes little memory for it. The seed is fixed; a failure names the mutation.
 */
@Timeout(600)
class MutationTest {
  private static final int MUTATIONS = 300;
  private static final long MOST_BYTES = 64 << 20;

  @TempDir Path work;

  private interface Reader {
    void read(Path file) throws IOException;
  }

  @Test
  void safetensors() throws IOException {
    StateDict linear = TorchFile.stateDict(Fixtures.file("linear.pth"));
    byte[] small = Safetensors.toBytes(linear, Map.of("format", "pt"));
    mutate(small, 4 * MUTATIONS, Mutations.ANYWHERE, file -> Safetensors.read(file));
    // The header is where the structure is.
    mutate(small, 4 * MUTATIONS, new Mutations(0, 200), file -> Safetensors.read(file));
  }

  @Test
  void picklesOfEveryProtocol() throws IOException {
    for (int protocol = 0; protocol < 6; protocol++) {
      byte[] pickle = Files.readAllBytes(Fixtures.file("protocol-" + protocol + ".pkl"));
      mutate(pickle, MUTATIONS, Mutations.ANYWHERE, MutationTest::walk);
    }
    byte[] cifar = Files.readAllBytes(Fixtures.file("cifar-python2.pkl"));
    mutate(cifar, MUTATIONS, new Mutations(0, 220), MutationTest::walk);
  }

  @Test
  void legacyTorchFiles() throws IOException {
    byte[] legacy = Files.readAllBytes(Fixtures.file("tensors-legacy.pth"));
    mutate(legacy, 3 * MUTATIONS, Mutations.ANYWHERE, MutationTest::walk);
  }

  @Test
  void torchArchives() throws IOException {
    byte[] archive = Files.readAllBytes(Fixtures.file("linear.pth"));
    mutate(archive, 2 * MUTATIONS, Mutations.ANYWHERE, MutationTest::walk);
    int directory = archive.length - 600;
    mutate(archive, 2 * MUTATIONS, new Mutations(directory, 600), MutationTest::walk);
  }

  /** The pickle is changed and the archive made anew around it, so that its checksum is right. */
  @Test
  void picklesInTorchArchives() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    Path archive = Fixtures.file("tensors.pth");
    byte[] bytes = Files.readAllBytes(archive);
    try (FileChannel channel = FileChannel.open(archive)) {
      for (StoredZip.Entry entry : StoredZip.entries(channel, "tensors.pth").values()) {
        int start = (int) entry.offset();
        entries.put(entry.name(), Arrays.copyOfRange(bytes, start, start + (int) entry.size()));
      }
    }
    String pickle = entries.keySet().stream().filter(e -> e.endsWith(".pkl")).findFirst().get();
    Path whole = work.resolve("whole.pth");
    mutate(
        entries.get(pickle),
        3 * MUTATIONS,
        Mutations.ANYWHERE,
        file -> {
          Map<String, byte[]> changed = new LinkedHashMap<>(entries);
          changed.put(pickle, Files.readAllBytes(file));
          Files.write(whole, MaliciousFileTest.zip(changed));
          walk(whole);
        });
  }

  private void mutate(byte[] valid, int times, Mutations mutations, Reader reader)
      throws IOException {
    Path file = work.resolve("mutated");
    Files.write(file, valid);
    reader.read(file);
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int refused = 0;
    for (int seed = 0; seed < times; seed++) {
      Files.write(file, mutations.of(valid, seed));
      long before = memory.getCurrentThreadAllocatedBytes();
      try {
        reader.read(file);
      } catch (InvalidInput e) {
        refused++;
        assertThat(e.getMessage()).as("seed %d", seed).doesNotContain("\n");
      } catch (RuntimeException | IOException | Error e) {
        fail("seed " + seed + " brings out " + e, e);
      }
      assertThat(memory.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated for seed %d", seed)
          .isLessThan(MOST_BYTES);
    }
    assertThat(refused).as("refused of %d", times).isGreaterThan(times / 20);
  }

  /** Reads a file and touches everything in it. */
  private static void walk(Path file) throws IOException {
    List<Object> open = new ArrayList<>(Arrays.asList(TorchFile.read(file)));
    while (!open.isEmpty()) {
      Object value = open.remove(open.size() - 1);
      if (value instanceof Map<?, ?> map) open.addAll(map.values());
      if (value instanceof List<?> list) open.addAll(list);
      if (value instanceof Tensor tensor) assertThat(tensor.doubles()).hasSize(tensor.size());
    }
  }

  /** Changes within {@code length} bytes from {@code start} on. */
  private record Mutations(int start, int length) {
    static final Mutations ANYWHERE = new Mutations(0, Integer.MAX_VALUE);
    private static final byte[] EXTREMES = {0, 1, -1, 127, -128, '(', '.', 'h', 'R', '9', '"'};

    byte[] of(byte[] valid, int seed) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] bytes = valid.clone();
      for (int i = 1 + random.nextInt(3); i > 0; i--) bytes = once(bytes, random);
      return bytes;
    }

    private byte[] once(byte[] bytes, SplittableRandom random) {
      if (bytes.length == 0) return bytes;
      int from = Math.min(start, bytes.length - 1);
      int at = from + random.nextInt(Math.min(length, bytes.length - from));
      int part = Math.min(bytes.length - at, 1 + random.nextInt(16));
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = EXTREMES[random.nextInt(EXTREMES.length)];
        case 2 -> Arrays.fill(bytes, at, at + Math.min(8, part), (byte) -random.nextInt(2));
        case 3 -> {
          return Arrays.copyOf(bytes, at);
        }
        case 4 -> {
          return join(bytes, at, at + part);
        }
        default -> {
          return join(bytes, at + part, at);
        }
      }
      return bytes;
    }

    /** The bytes before {@code end}, then those from {@code start} on: one part out, or twice. */
    private static byte[] join(byte[] bytes, int end, int start) {
      byte[] joined = Arrays.copyOf(bytes, end + bytes.length - start);
      System.arraycopy(bytes, start, joined, end, bytes.length - start);
      return joined;
    }
  }
}
