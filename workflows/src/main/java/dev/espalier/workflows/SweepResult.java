package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sweep came to.
 *
 * @param name of the sweep
 * @param arms best first, failed ones last; of more than {@link #MOST_ARMS} the best
 * @param report where the page about the arms lies
 * @param progress how many arms there were and what became of them
 * @param groups the points with several replicates, best mean first; left out where there are none
 */
public record SweepResult(
    String name,
    List<SweepArm> arms,
    String report,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable SweepProgress progress,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Replicates> groups) {
  /** More would not fit an answer. */
  public static final int MOST_ARMS = 1000;

  @JsonCreator
  public SweepResult(
      String name,
      List<SweepArm> arms,
      String report,
      @Nullable SweepProgress progress,
      @Nullable List<Replicates> groups) {
    this.name = name;
    this.arms = List.copyOf(arms);
    this.report = report;
    this.progress = progress;
    this.groups = groups == null ? List.of() : List.copyOf(groups);
  }
}
