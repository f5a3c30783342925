package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheTest {
  @TempDir Path folder;

  @Test
  void beyondItsSizeThoseAskedForLongestAgoGo() throws Exception {
    Shelf shelf = new Shelf(new MemoryBucket(), new Cache(folder, 250), Map.of());
    Path first = fetch(shelf, "first");
    Path second = fetch(shelf, "second");
    Path data = Files.createDirectories(folder.resolve("data")).resolve("kept");
    Files.write(data, new byte[1_000]);
    Path partial = Files.write(folder.resolve("fetch1.part"), new byte[10]);
    for (Path file : List.of(data, partial)) used(file, Duration.ofDays(3));
    used(first, Duration.ofHours(3));
    used(second, Duration.ofHours(2));
    // Asked for again, the first is younger than the second.
    fetch(shelf, "first");

    Path third = fetch(shelf, "third");

    assertThat(List.of(first, third, data)).allMatch(Files::exists);
    assertThat(second).doesNotExist();
    assertThat(partial).doesNotExist();
    assertThat(Files.size(fetch(shelf, "second"))).isEqualTo(100);
  }

  @Test
  void whatSomebodyMayBeAboutToOpenStays() throws Exception {
    Shelf shelf = new Shelf(new MemoryBucket(), new Cache(folder, 50), Map.of());
    Path first = fetch(shelf, "first");
    Path second = fetch(shelf, "second");

    assertThat(List.of(first, second)).allMatch(Files::exists);
  }

  private static Path fetch(Shelf shelf, String name) {
    byte[] content = java.util.Arrays.copyOf(bytes(name), 100);
    return shelf
        .stage("prune", name, dev.espalier.compression.Json.MAPPER.createObjectNode(), List.of())
        .add("weights", content)
        .commit()
        .fetch("weights");
  }

  private static void used(Path file, Duration ago) throws Exception {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(ago)));
  }
}
