package dev.espalier.workers.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Config;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.client.Artifacts;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.Artifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program fetches from the store that a worker put there. */
class ClientArtifactsTest {
  @TempDir Path work;

  @Test
  void partsAndReportsAreFetched() throws IOException {
    try (S3Folder server = S3Folder.serve(work.resolve("s3"))) {
      S3Config config = server.config("espalier");
      ObjectStore store = ObjectStore.open(config);
      Shelf shelf = new Shelf(store, work.resolve("worker"), Map.of());
      String key = "0123456789abcdef0123";
      shelf
          .stage("prune", key, Json.parse("{}", "test"), List.of())
          .add("config.json", "{}".getBytes(UTF_8))
          .add("notes.txt", "a note".getBytes(UTF_8))
          .commit();
      store.put("runs/mine/report.html", "<title>mine</title>".getBytes(UTF_8));

      Artifacts artifacts = Artifacts.in(config, work.resolve("cache"));
      Artifact pruned = new Artifact("stages/prune/" + key);
      assertThat(artifacts.parts(pruned)).containsExactlyInAnyOrder("config.json", "notes.txt");
      assertThat(artifacts.fetch(pruned, work.resolve("out"))).hasSize(2);
      assertThat(work.resolve("out/notes.txt")).hasContent("a note");
      assertThat(artifacts.report("mine", work.resolve("mine.html")))
          .hasContent("<title>mine</title>");

      assertThatThrownBy(() -> artifacts.report("none", work.resolve("none.html")))
          .isInstanceOf(InvalidInput.class)
          .hasMessage("no report runs/none/report.html in the store");
      assertThatThrownBy(() -> artifacts.parts(new Artifact("stages/prune/none")))
          .isInstanceOf(InvalidInput.class);
      assertThat(Files.exists(work.resolve("none.html"))).isFalse();
    }
  }
}
