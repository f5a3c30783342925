package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.Datasets;
import dev.espalier.compression.data.ImageDataset;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every stage works with.
 *
 * @param networks the base networks, imported on first use
 * @param datasets where images come from
 * @param meters where progress is counted
 * @param beat between two heartbeats of a stage
 */
public record Workbench(
    Shelf shelf, BaseNetworks networks, Datasets datasets, StageMeters meters, Duration beat) {
  private static final Duration BEAT = Duration.ofSeconds(2);

  /** So long may one native call take before the server is told nothing more. */
  private static final Duration SILENCE = Duration.ofMinutes(15);

  /** With a heartbeat every two seconds. */
  public Workbench(Shelf shelf, BaseNetworks networks, Datasets datasets, StageMeters meters) {
    this(shelf, networks, datasets, meters, BEAT);
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
    ActivityExecutionContext context = Activity.getExecutionContext();
    StageProgress before =
        context.getLastHeartbeatDetails(StageProgress.class).orElse(StageProgress.of(stage, 0, 0));
    try (Liveness liveness = Liveness.open(context::heartbeat, beat, SILENCE, before)) {
      return datasets.open(name, shape, (done, files) -> liveness.beat());
    }
  }

  /** Runs a stage inside a Temporal activity: found on the shelf, or computed with heartbeats. */
  public DurableStage.Done run(
      String run,
      String stage,
      int algorithmVersion,
      Object config,
      List<String> inputs,
      DurableStage.Work work) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    JsonNode json = Json.MAPPER.valueToTree(config);
    DurableStage.Derivation derivation =
        new DurableStage.Derivation(run, stage, algorithmVersion, json, inputs);
    try (Liveness liveness =
        Liveness.open(context::heartbeat, beat, SILENCE, StageProgress.of(stage, 0, 0))) {
      return new DurableStage(shelf, meters).run(derivation, liveness, work);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw Activity.wrap(e);
    }
  }

  /** What the previous attempt of this activity reported last, as far as it reached the server. */
  static int promisedCheckpoint() {
    return Activity.getExecutionContext()
        .getLastHeartbeatDetails(StageProgress.class)
        .map(StageProgress::checkpoint)
        .orElse(0);
  }
}
