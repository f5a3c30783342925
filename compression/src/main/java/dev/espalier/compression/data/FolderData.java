package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.data.FolderIndex.Entry;
import dev.espalier.compression.data.ImageDataset.Content;
import dev.espalier.compression.data.ImageDataset.Facts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder of images of any size, brought to the size of the network that asks. */
record FolderData(Path folder, Framing framing) implements FoundData {
  private static final Logger log = LoggerFactory.getLogger(FolderData.class);
  private static final int NAMED = 5;

  static Optional<FoundData> find(Path folder, Framing framing) {
    if (!Files.isDirectory(folder)) return Optional.empty();
    return Optional.of(new FolderData(folder, framing));
  }

  @Override
  public List<FileStamp> stamps() throws IOException {
    return FolderListing.of(folder);
  }

  @Override
  public void requireShape(String name, int[] shape) throws IOException {
    requireChannels(name, shape);
    int files = stamps().size();
    InvalidInput.require(
        files > ImageDataset.HELD_OUT,
        "data set %s has %d images; more than %d are needed",
        name,
        files,
        ImageDataset.HELD_OUT);
  }

  private static void requireChannels(String name, int[] shape) {
    InvalidInput.require(
        shape[0] == 1 || shape[0] == 3,
        "data '%s' has images of 1 or 3 channels; the network works on %d",
        name,
        shape[0]);
  }

  @Override
  public ImageDataset open(Opening opening, List<FileStamp> stamps) throws IOException {
    String name = opening.name();
    int[] shape = opening.shape();
    if (shape == null) {
      throw new InvalidInput(
          "data '"
              + name
              + "' has neither a size of its own nor labels; it serves denoising networks, whose"
              + " sample_size it takes");
    }
    requireChannels(name, shape);
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : FolderIndex.of(folder, stamps, opening)) entries.add(fit(entry, shape));
    List<Entry> usable = entries.stream().filter(Entry::usable).toList();
    report(opening, entries);
    requireGrey(name, usable, shape);
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.add(framing.version() + " " + shape[0] + "×" + shape[1] + "×" + shape[2]);
    for (Entry entry : usable) fingerprint.add(entry.sha256());
    List<FileStamp> files = usable.stream().map(Entry::stamp).toList();
    Facts facts =
        new Facts(
            name,
            fingerprint.hex(),
            usable.size(),
            shape[0],
            shape[1],
            shape[2],
            entries.size() - usable.size());
    FolderImages images = new FolderImages(name, folder, files, framing, shape);
    return new ImageDataset(facts, opening.threads(), () -> new Content(images, new byte[0]));
  }

  private Entry fit(Entry entry, int[] shape) {
    if (!entry.usable()) return entry;
    try {
      framing.check(entry.width(), entry.height(), shape);
      return entry;
    } catch (UnreadableImage e) {
      return Entry.broken(entry.stamp(), e.reason());
    }
  }

  /** Refuses files that cannot be used, or says how many are left out. */
  private static void report(Opening opening, List<Entry> entries) {
    List<Entry> broken = entries.stream().filter(entry -> !entry.usable()).toList();
    if (broken.isEmpty()) return;
    StringBuilder files = new StringBuilder();
    for (Entry entry : broken.subList(0, Math.min(NAMED, broken.size()))) {
      if (!files.isEmpty()) files.append(", ");
      files.append(entry.stamp().path()).append(" (").append(entry.problem()).append(')');
    }
    if (broken.size() > NAMED) files.append(", …");
    String found =
        String.format(
            "data '%s': %,d of %,d files cannot be used: %s",
            opening.name(), broken.size(), entries.size(), files);
    InvalidInput.require(
        opening.skipBroken(),
        "%s; remove them, or name the data '%s%s' to leave them out",
        found,
        opening.name(),
        DataName.SKIP_BROKEN);
    log.warn("{}; they are left out", found);
  }

  private static void requireGrey(String name, List<Entry> usable, int[] shape) {
    List<Entry> coloured = usable.stream().filter(e -> e.channels() > shape[0]).toList();
    InvalidInput.require(
        coloured.isEmpty(),
        "data '%s': %,d of %,d images have 3 channels, the first of them %s; the network works on"
            + " 1",
        name,
        coloured.size(),
        usable.size(),
        coloured.isEmpty() ? "" : coloured.get(0).stamp().path());
  }
}
