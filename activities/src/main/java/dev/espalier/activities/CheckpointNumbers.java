package dev.espalier.activities;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint's manifest notes of the training up to there.
 *
 * @param sections what its steps ran on
 * @param extended key of the training that it goes on from, if it is not the checkpoint's own
 * @param validationLoss the last one taken; absent before the first
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CheckpointNumbers(
    List<Section> sections, @Nullable String extended, @Nullable Double validationLoss) {
  public CheckpointNumbers {
    sections = List.copyOf(sections);
  }

  static CheckpointNumbers of(List<Section> sections, @Nullable String extended, CurveLog curve) {
    double loss = curve.validationLoss();
    return new CheckpointNumbers(sections, extended, Double.isFinite(loss) ? loss : null);
  }

  /** Those of a checkpoint; one from before they were noted ran on nobody knows what. */
  static CheckpointNumbers of(StoredArtifact checkpoint) {
    if (checkpoint.numbers().isNull()) {
      return new CheckpointNumbers(List.of(new Section(0, Section.UNKNOWN)), null, null);
    }
    return Json.bind(checkpoint.numbers(), CheckpointNumbers.class, checkpoint.prefix());
  }
}
