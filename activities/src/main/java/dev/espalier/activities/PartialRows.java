package dev.espalier.activities;

import dev.espalier.activities.shelf.CorruptArtifact;
import dev.espalier.activities.shelf.Sha256;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows that are finished one after another: images, feature vectors. They are stored in chunks,
 * each an object named after its content, and are read back as far as all chunks are whole.
 */
final class PartialRows {
  /** About the largest chunk; it is in memory while it is written or read. */
  private static final int CHUNK = 32 << 20;

  private static final int DIGITS = 16;
  private static final Logger log = LoggerFactory.getLogger(PartialRows.class);

  private final Shelf shelf;
  private final String place;
  private final String name;
  private final List<Chunk> chunks;
  private int perChunk = 1;
  private Source source =
      (from, to) -> {
        throw new IllegalStateException("rows are asked for before they are opened");
      };
  private int finished;

  /**
   * One stored object.
   *
   * @param object its name beside the checkpoints
   */
  record Chunk(String object, int from, int to, long size, String sha256) {}

  /** Where finished rows are. */
  interface Source {
    /** The rows {@code from} to {@code to}, exclusive, of every tensor. */
    StateDict rows(int from, int to) throws IOException;
  }

  /** Takes the rows from {@code from} on. */
  interface Sink {
    void take(int from, StateDict rows) throws IOException;
  }

  PartialRows(Shelf shelf, String place, String name, List<Chunk> chunks) {
    this.shelf = shelf;
    this.place = place;
    this.name = name;
    this.chunks = new ArrayList<>(chunks);
    this.finished = saved();
  }

  /** Reads back what there is; the first chunk that is not whole and all after it count no more. */
  void open(int grain, long rowBytes, Source source, Sink sink) throws IOException {
    this.perChunk = (int) Math.max(1, CHUNK / rowBytes / grain) * grain;
    this.source = source;
    for (int i = 0; i < chunks.size(); i++) {
      try {
        sink.take(chunks.get(i).from(), read(chunks.get(i)));
      } catch (CorruptArtifact e) {
        log.warn("rows from {} on are made again: {}", chunks.get(i).from(), e.getMessage());
        chunks.subList(i, chunks.size()).clear();
      }
    }
    finished = saved();
  }

  /** How many rows are finished. */
  int finished() {
    return finished;
  }

  /** The rows before {@code end} are finished. */
  void finished(int end) {
    finished = end;
  }

  /** What is stored, in order. */
  List<Chunk> chunks() {
    return List.copyOf(chunks);
  }

  /** Stores the rows finished since the last save; returns their bytes. */
  long save() {
    long bytes = 0;
    while (saved() < finished) {
      int from = saved();
      int to = Math.min(finished, from + perChunk);
      byte[] content = content(from, to);
      Sha256 sha = Sha256.of(content);
      String object = String.format("%s-%08d-%s", name, from, sha.hex().substring(0, DIGITS));
      shelf.store().put(place + "/" + object, content);
      chunks.add(new Chunk(object, from, to, sha.size(), sha.hex()));
      bytes += sha.size();
    }
    return bytes;
  }

  private int saved() {
    return chunks.isEmpty() ? 0 : chunks.get(chunks.size() - 1).to();
  }

  private byte[] content(int from, int to) {
    try {
      return Safetensors.toBytes(source.rows(from, to), Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private StateDict read(Chunk chunk) throws IOException {
    byte[] content =
        shelf
            .store()
            .get(place + "/" + chunk.object())
            .orElseThrow(() -> new CorruptArtifact(place, chunk.object(), "is missing"))
            .bytes();
    if (!Sha256.of(content).equals(new Sha256(chunk.size(), chunk.sha256()))) {
      throw new CorruptArtifact(place, chunk.object(), "SHA-256 differs from its list's");
    }
    Path file = Files.createTempFile("rows", ".safetensors");
    try {
      Files.write(file, content);
      return Safetensors.read(file).tensors();
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
