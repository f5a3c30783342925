package dev.espalier.compression.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members of archives are read where they are: no name in an archive becomes a file's. */
class ArchiveMembersTest {
  private static final List<String> NAMES =
      List.of("../evil", "../../evil", "/tmp/evil", "a/../../evil", "..\\evil", "evil");

  @TempDir Path folder;

  @Test
  void ofATarAreOnlyShown() throws Exception {
    Path archive = folder.resolve("in/archive.tar.gz");
    Files.createDirectories(archive.getParent());
    try (OutputStream out = Files.newOutputStream(archive);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      for (String name : NAMES) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(1);
        tar.putArchiveEntry(entry);
        tar.write(7);
        tar.closeArchiveEntry();
      }
    }
    List<String> shown = new ArrayList<>();
    TarGzip.read(archive, (name, in) -> shown.add(name));
    assertThat(shown).hasSize(NAMES.size()).contains("../evil", "/tmp/evil");
    assertThat(files()).containsExactly(archive);
  }

  @Test
  void ofANumpyZipAreOnlyRead() throws Exception {
    for (String name : NAMES) {
      Path archive = Files.createDirectories(folder.resolve("in")).resolve("images.npz");
      try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(array());
      }
      assertThat(new Datasets(List.of(folder)).load("npz:" + archive).size()).isEqualTo(300);
      assertThat(files()).containsExactly(archive);
    }
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(Files::isRegularFile).toList();
    }
  }

  /** Black images of 2×2. */
  private static byte[] array() {
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (300, 2, 2, 1), }";
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer array = ByteBuffer.allocate(10 + 118 + 300 * 4).order(ByteOrder.LITTLE_ENDIAN);
    array.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    array.put((byte) 1).put((byte) 0).putShort((short) 118).put(text);
    while (array.position() < 127) array.put((byte) ' ');
    array.put((byte) '\n');
    return array.array();
  }
}
