package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * CIFAR-10 (Krizhevsky 2009): colour images of 32 × 32 in ten classes, five batches to train on and
 * one to test on, binary or as Python pickles, unpacked or in the archive they are offered in. All
 * of these give the same pixels in the same order, and so the same fingerprint.
 *
 * @param batches names without ending, in order
 * @param files one per batch, or the archive alone
 * @param packed whether {@code files} is the archive
 */
record Cifar10(CifarLayout layout, List<String> batches, List<Path> files, boolean packed)
    implements Archive {

  static Optional<FoundData> train(Path folder) {
    return find(
        folder,
        List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"));
  }

  static Optional<FoundData> test(Path folder) {
    return find(folder, List.of("test_batch"));
  }

  private static Optional<FoundData> find(Path folder, List<String> batches) {
    for (CifarLayout layout : CifarLayout.values()) {
      Optional<List<Path>> files = layout.unpacked(folder, batches);
      boolean packed = files.isEmpty();
      if (packed) files = layout.archive(folder).map(List::of);
      if (files.isPresent()) {
        return Optional.of(new ArchiveData(new Cifar10(layout, batches, files.get(), packed)));
      }
    }
    return Optional.empty();
  }

  @Override
  public int[] imageShape() {
    return new int[] {3, 32, 32};
  }

  @Override
  public Read read(@Nullable Path cache) throws IOException {
    List<CifarBatch> read = packed ? fromArchive(files.get(0)) : fromFiles();
    byte[] pixels = CifarBatch.joined(read, CifarBatch::pixels);
    byte[] labels = CifarBatch.joined(read, CifarBatch::labels);
    return Read.held(imageShape(), pixels, labels);
  }

  private List<CifarBatch> fromFiles() throws IOException {
    List<CifarBatch> read = new ArrayList<>();
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        read.add(batch(in, file.toString()));
      }
    }
    return read;
  }

  private List<CifarBatch> fromArchive(Path archive) throws IOException {
    Map<String, CifarBatch> found = new TreeMap<>();
    TarGzip.read(
        archive,
        (path, in) -> {
          String file = path.substring(path.lastIndexOf('/') + 1);
          for (String batch : batches) {
            if (layout.file(batch).equals(file)) found.put(batch, batch(in, archive + ": " + file));
          }
        });
    for (String batch : batches) {
      InvalidInput.require(found.containsKey(batch), "%s has no %s", archive, layout.file(batch));
    }
    return batches.stream().map(found::get).toList();
  }

  private CifarBatch batch(InputStream in, String name) throws IOException {
    byte[] bytes = in.readNBytes(layout.mostBytes() + 1);
    InvalidInput.require(
        bytes.length <= layout.mostBytes(),
        "%s has more than the %,d bytes of a batch",
        name,
        layout.mostBytes());
    return layout.parse(bytes, name);
  }
}
