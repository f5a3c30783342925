package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.Datasets;
import dev.espalier.compression.data.ImageDataset;
import io.temporal.activity.Activity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every stage works with.
 *
 * @param networks the base networks, imported on first use
 * @param datasets where images come from
 * @param meters where progress is counted
 * @param beat between two heartbeats of a stage
 * @param silence for which a stage may not come to a heartbeat of its own, as in one long native
 *     call, before the server is told nothing more and hands it to another worker
 * @param host who carries out what stages ask for
 */
public record Workbench(
    Shelf shelf,
    BaseNetworks networks,
    Datasets datasets,
    StageMeters meters,
    Duration beat,
    Duration silence,
    StageHost host) {
  /** Silence where nothing else is said. */
  public static final Duration SILENCE = Duration.ofMinutes(15);

  private static final Duration BEAT = Duration.ofSeconds(2);

  /** With a heartbeat every two seconds. */
  public Workbench(
      Shelf shelf, BaseNetworks networks, Datasets datasets, StageMeters meters, Duration silence) {
    this(shelf, networks, datasets, meters, BEAT, silence);
  }

  /** In Temporal activities. */
  public Workbench(
      Shelf shelf,
      BaseNetworks networks,
      Datasets datasets,
      StageMeters meters,
      Duration beat,
      Duration silence) {
    this(shelf, networks, datasets, meters, beat, silence, new InActivityHost());
  }

  /** The same for stages that are not carried out: nothing is put on the shelf. */
  Workbench dry(StageHost nobody) {
    return new Workbench(shelf, networks.dry(), datasets, meters, beat, silence, nobody);
  }

  /** Opens a stage's data for a denoising network on the shelf, whose weights are not read. */
  public ImageDataset data(String stage, String name, StoredArtifact network) {
    return data(stage, name, LoadedNetwork.architecture(network).sampleShape());
  }

  /**
   * Opens a stage's data, with heartbeats while files are looked at for the first time.
   *
   * @param shape of the network's samples, [channels, height, width]; absent where the data are to
   *     have a size of their own
   * @throws dev.espalier.compression.InvalidInput if they are unknown, absent or broken, or do not
   *     fit the network
   */
  public ImageDataset data(String stage, String name, int @Nullable [] shape) {
    return host.open(this, stage, name, shape);
  }

  /** Gives signs of life for short work without progress: resolving a plan, writing a report. */
  public <T> T attend(String stage, Supplier<T> work) {
    return host.attend(this, stage, work);
  }

  /** Runs a stage: found on the shelf, or computed. */
  public DurableStage.Done run(
      String run,
      String stage,
      int algorithmVersion,
      Object config,
      List<String> inputs,
      DurableStage.Work work) {
    JsonNode json = Json.MAPPER.valueToTree(config);
    DurableStage.Derivation derivation =
        new DurableStage.Derivation(run, stage, algorithmVersion, json, inputs);
    return host.run(this, derivation, work);
  }

  /** What the previous attempt of this activity reported last, as far as it reached the server. */
  static Optional<StageProgress> lastHeard() {
    return Activity.getExecutionContext().getLastHeartbeatDetails(StageProgress.class);
  }
}
