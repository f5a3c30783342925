package dev.espalier.workers.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.activities.CostEstimate;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.workflows.CompressionPlan;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a dry run found, as {@code espalier plan --json} prints it.
 *
 * @param command that carries the request out
 * @param run the id that the run or the sweep would have
 * @param environment device, threads and PyTorch that were probed; absent without a probe
 * @param arms one per compression
 * @param stages every stage of all arms once, in the order in which it is first needed
 * @param total of the stages that are still to be done
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PlanReport(
    String command,
    String run,
    @Nullable String environment,
    List<Arm> arms,
    List<Stage> stages,
    Total total) {

  /**
   * One compression.
   *
   * @param label what the sweep calls it; empty for a single run
   * @param exact whether the pruned size follows from the plan alone
   * @param stages its stages' places on the shelf, in order
   */
  record Arm(
      String label,
      CompressionPlan plan,
      Complexity dense,
      Complexity pruned,
      boolean exact,
      List<String> stages) {}

  /**
   * One stage's result.
   *
   * @param step what a run shows it as
   * @param artifact where it lies or will lie
   * @param reused whether it lies there already
   * @param arms labels of the arms that need it
   * @param cost what it would take; absent where it is reused
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Stage(
      String step,
      String stage,
      String key,
      String artifact,
      boolean reused,
      List<String> arms,
      CostEstimate.@Nullable Cost cost) {}

  /**
   * What is still to be done.
   *
   * @param seconds one stage after another, at most; absent without a probe
   * @param memoryBytes the largest of any stage
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Total(
      int stages,
      int reused,
      @Nullable Double seconds,
      @Nullable Long memoryBytes,
      long storageBytes) {
    static Total of(List<Stage> stages) {
      List<CostEstimate.Cost> costs =
          stages.stream().flatMap(s -> Stream.ofNullable(s.cost())).toList();
      Double seconds = null;
      Long memory = null;
      long storage = 0;
      for (CostEstimate.Cost cost : costs) {
        if (cost.seconds() != null) seconds = (seconds == null ? 0 : seconds) + cost.seconds();
        if (cost.memoryBytes() != null) {
          memory = Math.max(memory == null ? 0 : memory, cost.memoryBytes());
        }
        storage += cost.storageBytes();
      }
      int reused = (int) stages.stream().filter(Stage::reused).count();
      return new Total(stages.size() - reused, reused, seconds, memory, storage);
    }
  }
}
