package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.data.ImageDataset.Content;
import dev.espalier.compression.data.ImageDataset.Facts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * An archive as a data set. Once read, its fingerprint and size are noted, so that naming it again
 * reads nothing until a pixel is asked for.
 */
record ArchiveData(Archive archive) implements FoundData {
  @Override
  public List<FileStamp> stamps() throws IOException {
    List<FileStamp> stamps = new ArrayList<>();
    for (Path file : archive.files()) stamps.add(FileStamp.of(file.toAbsolutePath().normalize()));
    return stamps;
  }

  @Override
  public void requireShape(String name, int[] shape) throws IOException {
    ImageDataset.requireShape(name, archive.imageShape(), shape);
  }

  @Override
  public ImageDataset open(Opening opening, List<FileStamp> stamps) throws IOException {
    int[] shape = archive.imageShape();
    if (opening.shape() != null) requireShape(opening.name(), opening.shape());
    FileStamp whole = whole(stamps);
    FileNotes notes = FileNotes.open(opening.cache(), whole.path());
    Optional<String[]> noted = notes.find(whole).map(found -> found.split(" ", -1));
    if (noted.isPresent() && noted.get().length == 2) {
      String fingerprint = noted.get()[0];
      int size = Integer.parseInt(noted.get()[1]);
      return dataset(opening, shape, fingerprint, size, () -> again(opening, fingerprint));
    }
    Archive.Read read = archive.read(opening.cache());
    notes.put(whole, read.fingerprint() + " " + read.size());
    notes.save(List.of(whole));
    return dataset(opening, shape, read.fingerprint(), read.size(), () -> content(read));
  }

  private static ImageDataset dataset(
      Opening opening, int[] shape, String fingerprint, int size, Supplier<Content> content) {
    return new ImageDataset(
        new Facts(opening.name(), fingerprint, size, shape[0], shape[1], shape[2], 0),
        opening.threads(),
        content);
  }

  private Content again(Opening opening, String fingerprint) {
    try {
      Archive.Read read = archive.read(opening.cache());
      InvalidInput.require(
          read.fingerprint().equals(fingerprint),
          "data '%s': %s changed while it was in use",
          opening.name(),
          archive.files());
      return content(read);
    } catch (IOException e) {
      throw new InvalidInput("data '" + opening.name() + "': " + e.getMessage(), e);
    }
  }

  private static Content content(Archive.Read read) {
    return new Content(read.images(), read.labels());
  }

  /** One stamp for all files: the sum of sizes, the newest change, all names. */
  private static FileStamp whole(List<FileStamp> stamps) {
    return new FileStamp(
        stamps.stream().map(FileStamp::path).collect(Collectors.joining(" | ")),
        stamps.stream().mapToLong(FileStamp::size).sum(),
        stamps.stream().mapToLong(FileStamp::modified).max().orElse(0));
  }
}
