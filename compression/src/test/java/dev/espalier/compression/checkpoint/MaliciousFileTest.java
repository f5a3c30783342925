package dev.espalier.compression.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files made to harm: each is answered in one line. */
class MaliciousFileTest {
  private static final String TENSOR = "ctorch._utils\n_rebuild_tensor_v2\n";
  private static final String STORAGE = "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0";

  @TempDir Path work;

  @ParameterizedTest
  @CsvSource({
    "os, system, os.system",
    "posix, system, posix.system",
    "builtins, eval, builtins.eval",
    "__builtin__, getattr, __builtin__.getattr",
    "subprocess, Popen, subprocess.Popen",
    "torch.storage, _load_from_bytes, torch.storage._load_from_bytes",
    "numpy.testing._private.utils, runstring, runstring",
    "collections, OrderedDict.__init__, collections.OrderedDict.__init__",
    "torch._utils, _rebuild_tensor_v2.__globals__, __globals__",
  })
  void anyOtherGlobalIsRefusedByName(String module, String name, String said) {
    refused("c" + module + "\n" + name + "\n(X\2\0\0\0lstR.", "refers to", said);
    refused(unicode(module) + unicode(name) + "\u0093(X\2\0\0\0lstR.", "refers to", said);
    refused("(X\2\0\0\0lsi" + module + "\n" + name + "\n.", "refers to", said);
  }

  @Test
  void instancesAndOtherOpcodesAreRefusedByName() {
    refused("ccollections\nOrderedDict\n)\u0081.", "opcode NEWOBJ;");
    refused("ccollections\nOrderedDict\n)}\u0092.", "opcode NEWOBJ_EX");
    refused("(ccollections\nOrderedDict\no.", "opcode OBJ");
    refused("(icollections\nOrderedDict\n.", "opcode INST");
    refused("\u0082\1.", "opcode EXT1");
    refused("\u0097.", "opcode NEXT_BUFFER");
    refused("P1\n.", "opcode PERSID");
    refused("\u00ff.", "no opcode 0xff");
    refused("\u0080\6.", "protocol 6");
  }

  @Test
  void whatIsAllowedCannotBeMisused() {
    refused("ccollections\nOrderedDict\n.", "a reference to collections.OrderedDict");
    refused("X\1\0\0\0a)R.", "a call of what cannot be called");
    refused("ctorch\nFloatStorage\n)R.", "a call of what cannot be called");
    refused("cnumpy\ndtype\n(X\3\0\0\0O16tR.", "element type 'O16' is not read");
    refused("c_codecs\nencode\n(X\1\0\0\0aX\5\0\0\0rot13tR.", "only texts in latin1");
    refused("]}b.", "a state for a plain value");
    refused("}]Ns.", "a dictionary's key that is neither text nor number");
    refused("K\1Q.", "outside the pickle");
    refused("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\ntR.", "never filled");
  }

  @Test
  void depthSizeAndCyclesAreBounded() {
    refused("(".repeat(3_000_000) + ".", "nests more than");
    refused("]".repeat(3_000_000) + ".", "makes more than 2,000,000 values");
    refused("]" + "]".repeat(200) + "a".repeat(200) + ".", "nested more than 100 deep");
    refused("]q\1h\1a.", "contains itself");
    refused("}q\1X\1\0\0\0ah\1s.", "contains itself");
    // Each list holds the one before it ten times.
    StringBuilder laughs = new StringBuilder("](" + "K\1".repeat(10) + "e");
    for (int i = 0; i < 9; i++) laughs.append("q\1](").append("h\1".repeat(10)).append("e");
    refused(laughs + ".", "unfolds to more than 10000000 values");
    refused("\u008b\377\377\377\177", "whole number of 2147483647 bytes");
    refused("T\377\377\377\177abc.", "asks for 2147483647 bytes, 4 are left");
    refused("T\377\377\377\377abc.", "asks for -1 bytes");
    refused("\u008e" + "\377".repeat(8) + ".", "asks for -1 bytes");
    refused("r\377\377\377\377.", "its stack is empty");
    refused("I" + "9".repeat(5000) + "\n.", "a number of 5000 digits");
    refused("Ix\n.", "broken pickle at byte");
    refused("h\1.", "value 1 was never stored");
    refused("t.", "a mark is missing");
    refused("0.", "its stack is empty");
    refused("X\1\0\0\0\377.", "not UTF-8");
    refused("]", "asks for 1 bytes, 0 are left");
    refused("].].", "bytes after its end");
  }

  @Test
  void copiesOfCopiesAreBounded() {
    int half = 1 << 19;
    String text = "T" + latin(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(half));
    String encode = "c_codecs\nencode\nq\1" + text + "a".repeat(half) + "q\2]";
    String copy = "h\1(h\2X\6\0\0\0latin1tRa";
    refused(encode + copy.repeat(20) + ".", "unfolds to many times its own size");
  }

  @Test
  void stridesAndOffsetsAreHeldAgainstTheStorage() throws IOException {
    tensor("K\0(K\4t(K\1t", "last element is number 3, of 2 that are stored");
    tensor("K\1(K\2t(K\1t", "last element is number 2, of 2");
    tensor("J\377\377\377\377(K\1t(K\1t", "a negative offset");
    tensor("K\0(K\1t(J\377\377\377\377t", "a stride of -1");
    tensor("K\0(J\377\377\377\377t(K\1t", "an extent of -1");
    tensor("K\0(K\1t(t", "strides of different length");
    tensor("K\0(J\377\377\377\177t(K\0t", "[2147483647] whose last element is number 0, of 2");
    String huge = "\u008a\10\377\377\377\377\377\377\377\177";
    tensor("K\0(" + huge + huge + "t(K\1K\1t", "an extent of 9223372036854775807");
    tensor(huge + "(K\2t(K\1t", "overflow");
    tensor("K\0(" + "K\1".repeat(65) + "t(K\1t", "a shape of 65 axes");
  }

  @Test
  void aStorageMustBeAsLargeAsItSays() throws IOException {
    archive("data/0", 4, Map.of("a/data.pkl", whole("K\0(K\2t(K\1t")), "has 4 bytes, not 2");
    archive("data/1", 8, Map.of("a/data.pkl", whole("K\0(K\2t(K\1t")), "lacks the entry");
    archive("data/0", 8, Map.of("a/data.pkl", bytes("(X\1\0\0\0atQ.")), "is no storage");
  }

  @Test
  void compressedEntriesAreRefusedSoThatNoBombCanUnfold() throws IOException {
    Path file = work.resolve("bomb.pth");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("a/data.pkl"));
      zip.write(new byte[50 << 20]);
      zip.closeEntry();
    }
    assertThat(Files.size(file)).isLessThan(100_000);
    assertRefused(file, "entry 'a/data.pkl' is compressed");
  }

  @Test
  void anArchiveThatIsNoCheckpointIsRefused() throws IOException {
    archive("x", 1, Map.of(), "0 entries NAME/data.pkl");
    archive("x", 1, Map.of("a/data.pkl", bytes("N."), "b/data.pkl", bytes("N.")), "2 entries");
    archive("x", 1, Map.of("a/data.pkl", bytes("N."), "a/code/m.py", bytes("")), "TorchScript");
    archive("x", 1, Map.of("a/data.pkl", bytes("N."), "a/byteorder", bytes("big")), "big-endian");
  }

  @Test
  void entriesThatShareBytesOrLieOutsideAreRefused() throws IOException {
    Path file = work.resolve("zip.pth");
    byte[] zip = zip(Map.of("a/data.pkl", whole("K\0(K\2t(K\1t"), "a/data/0", new byte[8]));
    int directory = new String(zip, ISO_8859_1).indexOf("PK\1\2");
    int second = new String(zip, ISO_8859_1).indexOf("PK\1\2", directory + 4);
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);

    int offset = bytes.getInt(second + 42);
    bytes.putInt(second + 42, bytes.getInt(directory + 42));
    Files.write(file, zip);
    assertRefused(file, "overlaps");
    bytes.putInt(second + 42, Integer.MAX_VALUE);
    Files.write(file, zip);
    assertRefused(file, "is truncated");
    bytes.putInt(second + 42, offset);
    bytes.putInt(second + 20, Integer.MAX_VALUE).putInt(second + 24, Integer.MAX_VALUE);
    Files.write(file, zip);
    assertRefused(file, "is truncated");
  }

  private void refused(String pickle, String... said) {
    assertThatThrownBy(() -> TorchFile.read(bytes(pickle), "file.pth"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("file.pth: ")
        .hasMessageNotContaining("\n")
        .satisfies(e -> assertThat(e.getMessage()).contains(said));
  }

  /** A tensor of a two-element storage, with these offset, size and strides. */
  private void tensor(String layout, String said) throws IOException {
    archive("data/0", 8, Map.of("a/data.pkl", whole(layout)), said);
  }

  private static byte[] whole(String layout) {
    return bytes(TENSOR + "(" + STORAGE + "0X\3\0\0\0cpuK\2tQ" + layout + "\u0089NtR.");
  }

  private void archive(String entry, int size, Map<String, byte[]> entries, String said)
      throws IOException {
    Map<String, byte[]> all = new LinkedHashMap<>(entries);
    all.put("a/" + entry, new byte[size]);
    assertRefused(Files.write(work.resolve("archive.pth"), zip(all)), said);
  }

  private static void assertRefused(Path file, String said) {
    assertThatThrownBy(() -> TorchFile.read(file))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageNotContaining("\n")
        .hasMessageContaining(said);
  }

  static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        CRC32 sum = new CRC32();
        sum.update(entry.getValue());
        ZipEntry stored = new ZipEntry(entry.getKey());
        stored.setMethod(ZipEntry.STORED);
        stored.setSize(entry.getValue().length);
        stored.setCrc(sum.getValue());
        zip.putNextEntry(stored);
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  private static String unicode(String text) {
    return "\u008c" + (char) text.length() + text;
  }

  private static String latin(ByteBuffer bytes) {
    return new String(bytes.array(), ISO_8859_1);
  }

  /** One byte per character. */
  static byte[] bytes(String pickle) {
    return pickle.getBytes(ISO_8859_1);
  }
}
