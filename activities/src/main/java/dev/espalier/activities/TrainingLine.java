package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.activities.shelf.Line;
import dev.espalier.activities.shelf.StageKey;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.TrainingState;

/**
 * The trainings that differ from one training only in what does not tell in a state, {@link
 * FinetuneConfig#NOT_IN_STATE}: one of 300 steps goes on from the 200 that another one of its line
 * has done, and ends in the bits of one that was asked for 300 at first.
 */
final class TrainingLine {
  private TrainingLine() {}

  /** Makes a training one of its line. */
  static Line join(DurableStage.Step step, FinetuneConfig config) {
    DurableStage.Derivation derivation = step.derivation();
    return Line.join(
        step.shelf(), derivation.stage(), key(derivation), step.key(), config(derivation.config()));
  }

  /** Hash of all that determines the first steps. */
  static String key(DurableStage.Derivation derivation) {
    JsonNode whole = derivation.config().deepCopy();
    config(whole).remove(FinetuneConfig.NOT_IN_STATE);
    return StageKey.of(
        derivation.stage(), derivation.algorithmVersion(), whole, derivation.inputs());
  }

  /** The part of a stage's configuration that is a {@link FinetuneConfig}. */
  private static ObjectNode config(JsonNode whole) {
    return (ObjectNode) (whole.has("finetune") ? whole.get("finetune") : whole);
  }

  /**
   * Whether {@code state} of another training of the line is one that this training comes to as
   * well. One that was taken back is only if this one would have been taken back likewise.
   */
  static boolean serves(TrainingState state, JsonNode other, FinetuneConfig config) {
    if (state.restarts().isEmpty()) return true;
    return config.restores() && other.path("checkpointEvery").asInt() == config.checkpointEvery();
  }
}
