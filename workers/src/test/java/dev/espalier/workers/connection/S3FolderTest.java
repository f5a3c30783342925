package dev.espalier.workers.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Config;
import dev.espalier.compression.InvalidInput;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3FolderTest {
  @TempDir Path folder;

  @Test
  void whatOneProcessPutsTheNextOneFinds() throws Exception {
    try (S3Folder first = S3Folder.serve(folder)) {
      ObjectStore.open(first.config("espalier")).put("runs/a/plan.json", new byte[] {1, 2, 3});
    }
    try (S3Folder second = S3Folder.serve(folder)) {
      ObjectStore store = ObjectStore.open(second.config("espalier"));
      assertThat(store.get("runs/a/plan.json").orElseThrow().bytes()).containsExactly(1, 2, 3);
      assertThat(store.putIfAbsent("runs/a/plan.json", new byte[] {4})).isEmpty();
    }
  }

  @Test
  void onlyThisProcessKnowsTheCredentials() throws Exception {
    try (S3Folder one = S3Folder.serve(folder);
        S3Folder other = S3Folder.serve(folder)) {
      S3Config mine = one.config("espalier");
      S3Config mixed =
          new S3Config(
              mine.endpoint(),
              mine.region(),
              mine.bucket(),
              other.config("espalier").accessKey(),
              other.config("espalier").secretKey());
      assertThatThrownBy(() -> ObjectStore.open(mixed)).isInstanceOf(InvalidInput.class);
    }
  }

  @Test
  void itListensOnTheLoopbackOnlyAndNotAfterClosing() throws Exception {
    S3Folder served = S3Folder.serve(folder);
    URI endpoint = URI.create(served.config("espalier").endpoint());
    assertThat(endpoint.getHost()).isEqualTo("127.0.0.1");
    assertThat(Health.listens("127.0.0.1:" + endpoint.getPort())).isTrue();
    served.close();
    assertThat(Health.listens("127.0.0.1:" + endpoint.getPort())).isFalse();
  }
}
