package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Networks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseNetworksTest {
  @TempDir Path folder;
  private StageBench stages;

  @BeforeEach
  void open() throws Exception {
    stages = new StageBench(folder);
  }

  @Test
  void anUnchangedFolderIsNotReadFromTheStoreAgain() throws Exception {
    StoredArtifact first = get();
    assertThat(get().manifest()).isEqualTo(first.manifest());
    String weights = first.prefix() + "/" + LoadedNetwork.WEIGHTS;
    stages.shelf.store().delete(weights);

    assertThat(get().manifest()).isEqualTo(first.manifest());
    assertThat(stages.shelf.store().stat(weights)).isEmpty();
  }

  @Test
  void weightsReplacedInTheFolderTakeTheNamesPlaceThoughSizeAndTimeAreTheSame() throws Exception {
    FileTime time = FileTime.from(Instant.now());
    Path file = stages.networks.resolve("tiny-unet").resolve(LoadedNetwork.WEIGHTS);
    Files.setLastModifiedTime(file, time);
    String before = BaseNetworks.identity(get());
    var shapes = Networks.of(Json.parse(StageBench.UNET, "test")).declaredShapes();
    stages.write("tiny-unet", StageBench.UNET, Initialisation.pytorch(shapes, 77));
    Files.setLastModifiedTime(file, time);

    assertThat(BaseNetworks.identity(get())).isNotEqualTo(before);
  }

  @Test
  void aDamagedCopyOnTheShelfIsReplacedByTheFoldersInTheNextProcess() throws Exception {
    StoredArtifact first = get();
    stages.shelf.store().put(first.prefix() + "/" + LoadedNetwork.WEIGHTS, new byte[] {1, 2, 3});

    StoredArtifact again = new BaseNetworks(stages.shelf, stages.networks).get(StageBench.DENSE);
    again.verify();
    assertThat(BaseNetworks.identity(again)).isEqualTo(BaseNetworks.identity(first));
  }

  private StoredArtifact get() {
    return stages.bench.networks().get(StageBench.DENSE);
  }
}
