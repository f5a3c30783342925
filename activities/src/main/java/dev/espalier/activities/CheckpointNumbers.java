package dev.espalier.activities;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint's manifest notes of the training up to there.
 *
 * @param sections what its steps ran on
 * @param extended key of the training that it goes on from, if it is not the checkpoint's own
 * @param validationLoss the last one taken; absent before the first
 * @param resumes every interruption up to there; absent where there was none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CheckpointNumbers(
    List<Section> sections,
    @Nullable String extended,
    @Nullable Double validationLoss,
    @Nullable List<Resume> resumes) {
  public CheckpointNumbers {
    sections = List.copyOf(sections);
  }

  static CheckpointNumbers of(
      List<Section> sections, @Nullable String extended, CurveLog curve, List<Resume> resumes) {
    double loss = curve.validationLoss();
    return new CheckpointNumbers(
        sections,
        extended,
        Double.isFinite(loss) ? loss : null,
        resumes.isEmpty() ? null : resumes);
  }

  /** The interruptions, and that of an attempt which begins at {@code step}. */
  List<Resume> resumed(int step, long reached) {
    List<Resume> all = new ArrayList<>(resumes == null ? List.of() : resumes);
    all.add(new Resume(step, (int) Math.max(step, reached)));
    return List.copyOf(all);
  }

  /** Those of a checkpoint; one from before they were noted ran on nobody knows what. */
  static CheckpointNumbers of(StoredArtifact checkpoint) {
    if (checkpoint.numbers().isNull()) {
      return new CheckpointNumbers(List.of(new Section(0, Section.UNKNOWN)), null, null, null);
    }
    return Json.bind(checkpoint.numbers(), CheckpointNumbers.class, checkpoint.prefix());
  }
}
