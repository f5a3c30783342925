package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was found in files, kept on disk so that no unchanged file is read twice to find it again.
 * One text file per place: a heading, then a line per file with the findings, a tab and the file's
 * {@link FileStamp}. A line that cannot be read is as good as none.
 */
final class FileNotes {
  private static final String HEADING = "espalier data notes 1";

  private final @Nullable Path file;
  private final Map<String, String> findings = new ConcurrentHashMap<>();

  private FileNotes(@Nullable Path file) {
    this.file = file;
  }

  /**
   * The notes on a place.
   *
   * @param cache folder of the notes; none means that nothing is kept
   * @param place whose files they are about
   */
  static FileNotes open(@Nullable Path cache, String place) {
    if (cache == null) return new FileNotes(null);
    String name = new Fingerprint().add(place).hex().substring(0, 16);
    FileNotes notes = new FileNotes(cache.resolve("notes-" + name + ".tsv"));
    notes.read();
    return notes;
  }

  private void read() {
    if (file == null || !Files.exists(file)) return;
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty() || !lines.get(0).equals(HEADING)) return;
      for (String line : lines.subList(1, lines.size())) {
        int tab = line.indexOf('\t');
        if (tab > 0) findings.put(line.substring(tab + 1), line.substring(0, tab));
      }
    } catch (IOException e) {
      findings.clear();
    }
  }

  Optional<String> find(FileStamp stamp) {
    return Optional.ofNullable(findings.get(stamp.toString()));
  }

  /**
   * Notes what was found.
   *
   * @param found without tab or line break
   */
  void put(FileStamp stamp, String found) {
    findings.put(stamp.toString(), found);
  }

  /**
   * Writes the notes on {@code stamps}, in place of all that was there.
   *
   * @throws InvalidInput if the folder cannot be written
   */
  void save(List<FileStamp> stamps) {
    if (file == null) return;
    List<String> lines = new ArrayList<>(List.of(HEADING));
    for (FileStamp stamp : stamps) {
      if (stamp.path().indexOf('\n') >= 0 || stamp.path().indexOf('\r') >= 0) continue;
      find(stamp).ifPresent(found -> lines.add(found + "\t" + stamp));
    }
    try {
      Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
      Path part = Files.createTempFile(folder, "notes", ".part");
      Files.write(part, lines);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new InvalidInput("cannot write the notes on data to " + file + ": " + e, e);
    }
  }
}
