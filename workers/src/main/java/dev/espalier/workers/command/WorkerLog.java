package dev.espalier.workers.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The log that the workers of a work folder share, read once and then further as it grows. Lines
 * are of a run if they name it or the key of one of its stages.
 */
final class WorkerLog {
  private static final Pattern LINE =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d) ([A-Z]+) (\\S+) - (.*)");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private final Path file;
  private long read;

  WorkerLog(Path file) {
    this.file = file;
  }

  /** A line with its time. */
  record Entry(Instant at, String text) {}

  /**
   * Whole lines after those returned before.
   *
   * @param of id of the run and keys of its stages; asked only if the log has grown
   */
  List<Entry> further(Supplier<Set<String>> of) throws IOException {
    if (!Files.isRegularFile(file)) return List.of();
    byte[] bytes;
    try (var in = Files.newInputStream(file)) {
      if (Files.size(file) < read) read = 0; // Begun anew.
      in.skipNBytes(read);
      bytes = in.readAllBytes();
    }
    int whole = bytes.length;
    while (whole > 0 && bytes[whole - 1] != '\n') whole--;
    read += whole;
    if (whole == 0) return List.of();
    Set<String> names = of.get();
    List<Entry> entries = new ArrayList<>();
    new String(bytes, 0, whole, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> names.stream().anyMatch(line::contains))
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .forEach(line -> entries.add(entry(line)));
    return entries;
  }

  private static Entry entry(Matcher line) {
    Instant at =
        LocalDateTime.parse(line.group(1), TIME).atZone(ZoneId.systemDefault()).toInstant();
    return new Entry(at, line.group(2) + " " + line.group(4));
  }
}
