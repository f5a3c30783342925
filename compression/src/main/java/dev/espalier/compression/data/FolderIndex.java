package dev.espalier.compression.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is in each image file of a folder. Every file is read, hashed and decoded once; afterwards
 * the notes say it, as long as the file's stamp is the same. They are written every so often, so
 * that an inspection that was cut short is not begun again.
 */
final class FolderIndex {
  private static final Logger log = LoggerFactory.getLogger(FolderIndex.class);

  /** Files inspected between two reports. */
  private static final int CHUNK = 256;

  private static final int SAVE_EVERY = 32 * CHUNK;
  private static final long LARGEST = 256L << 20;
  private static final String BROKEN = "!";

  private FolderIndex() {}

  /**
   * One file.
   *
   * @param sha256 of its bytes; empty if it cannot be used
   * @param problem why it cannot be used; empty if it can
   */
  record Entry(
      FileStamp stamp, String sha256, int channels, int width, int height, String problem) {
    static Entry broken(FileStamp stamp, String problem) {
      return new Entry(stamp, "", 0, 0, 0, problem);
    }

    boolean usable() {
      return problem.isEmpty();
    }
  }

  /** Inspects the files that the notes do not know, and gives all in the order of the stamps. */
  static List<Entry> of(Path folder, List<FileStamp> stamps, FoundData.Opening opening) {
    FileNotes notes = FileNotes.open(opening.cache(), folder.toAbsolutePath().normalize() + "/");
    List<FileStamp> unknown = stamps.stream().filter(s -> notes.find(s).isEmpty()).toList();
    for (int from = 0; from < unknown.size(); from += CHUNK) {
      opening.progress().at(stamps.size() - unknown.size() + from, stamps.size());
      List<FileStamp> chunk = unknown.subList(from, Math.min(unknown.size(), from + CHUNK));
      DecodingThreads.await(
          opening
              .threads()
              .start(
                  chunk.size(),
                  (first, end) -> {
                    for (FileStamp stamp : chunk.subList(first, end)) {
                      inspect(folder, stamp, notes);
                    }
                  }));
      if ((from + CHUNK) % SAVE_EVERY == 0) notes.save(stamps);
    }
    if (!unknown.isEmpty()) notes.save(stamps);
    List<Entry> entries = new ArrayList<>();
    for (FileStamp stamp : stamps) entries.add(parse(stamp, notes.find(stamp).orElse("")));
    return entries;
  }

  private static void inspect(Path folder, FileStamp stamp, FileNotes notes) {
    try {
      if (stamp.size() > LARGEST) throw new UnreadableImage("larger than 256 MB");
      byte[] bytes = Files.readAllBytes(folder.resolve(stamp.path()));
      DecodedImage image = ImageFile.decode(bytes);
      notes.put(
          stamp,
          String.format(
              "%s %d %d %d",
              new Fingerprint().add(bytes).hex(), image.channels(), image.width(), image.height()));
    } catch (UnreadableImage e) {
      notes.put(stamp, BROKEN + e.reason());
    } catch (IOException e) {
      log.debug("{} cannot be read", stamp.path(), e);
    }
  }

  private static Entry parse(FileStamp stamp, String finding) {
    if (finding.startsWith(BROKEN)) return Entry.broken(stamp, finding.substring(1));
    String[] f = finding.split(" ", -1);
    if (f.length != 4) return Entry.broken(stamp, "cannot be read");
    return new Entry(
        stamp, f[0], Integer.parseInt(f[1]), Integer.parseInt(f[2]), Integer.parseInt(f[3]), "");
  }
}
