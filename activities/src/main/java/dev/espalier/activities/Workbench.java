package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.Datasets;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.time.Duration;
import java.util.List;

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
