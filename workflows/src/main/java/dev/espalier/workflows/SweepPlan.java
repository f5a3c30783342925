package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.search.Axis;
import dev.espalier.workflows.search.Exclusion;
import dev.espalier.workflows.search.Rungs;
import dev.espalier.workflows.search.Search;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plans that share most of what they say: named ones, or points of a space that axes span, every
 * one or those a search finds; all laid over one plan.
 *
 * <pre>{@code
 * {"name": "ratios", "plan": {"recipe": "demo"}, "parallel": 2,
 *  "axes": {"prune.ratio": [0.5, 0.7], "svs.enabled": [false, true]}}
 * {"name": "criteria", "arms": {
 *   "random": {"prune": {"criterion": "random"}}, "magnitude": {"prune": {"criterion": "magnitude"}}}}
 * {"name": "rates", "search": {"sampler": "tpe", "trials": 40},
 *  "axes": {"finetune.learningRate": {"low": 1e-5, "high": 1e-2, "scale": "log"}}}
 * {"name": "race", "rungs": {"rule": "asha", "steps": [100, 300, 900]},
 *  "axes": {"prune.ratio": {"low": 0.3, "high": 0.7, "points": 9}, "svs.power": [0.25, 0.5, 1]}}
 * }</pre>
 *
 * @param name lower-case letters, digits and dashes; the arms' ids start with it
 * @param plan what all arms share, as a {@link CompressionWorkflow} takes it; absent means {@code
 *     {}}
 * @param arms label → what that arm says differently; may be empty
 * @param axes dotted field of a plan → the values it takes; may be empty where there are arms
 * @param search how points are found; every combination where absent
 * @param exclude points that are left out
 * @param replicates how many arms each point has, each with a seed of its own in every stage: that
 *     of the plan, or 1, and those after it
 * @param rungs who is finetuned for how long; all for as long as their plans say where absent
 * @param objective what arms are ranked by; the Fréchet distance where absent
 * @param parallel arms at work at once; can be changed while the sweep runs
 * @param published what is reported elsewhere of the arms, by their labels
 */
public record SweepPlan(
    String name,
    ObjectNode plan,
    Map<String, ObjectNode> arms,
    Map<String, Axis> axes,
    Search search,
    List<Exclusion> exclude,
    int replicates,
    @Nullable Rungs rungs,
    @Nullable Objective objective,
    int parallel,
    @Nullable Published published) {
  /** More would outgrow what a sweep hands on when it continues as new. */
  public static final int MOST_ARMS = 10_000;

  /** More children would be slow to hear of what their parent wants. */
  public static final int MOST_PARALLEL = 256;

  /**
   * @param label what sets the arm apart, such as {@code prune.ratio=0.5 svs.enabled=true}
   * @param request the arm's plan, not yet resolved
   * @param values of the axes
   * @param group label of the point, which its replicates share
   */
  public record Point(
      String label, ObjectNode request, Map<String, JsonNode> values, String group) {}

  public SweepPlan {
    InvalidInput.require(
        name.matches("[a-z0-9][a-z0-9-]{0,60}"),
        "name is '%s'; legal are up to 61 lower-case letters, digits and dashes",
        name);
    InvalidInput.require(
        !axes.isEmpty() || !arms.isEmpty(),
        "axes is empty; name at least one, such as {\"prune.ratio\": [0.5, 0.7]}");
    arms.forEach(SweepPlan::requireArm);
    axes.keySet().forEach(SweepPlan::requireField);
    InvalidInput.require(
        search.isGrid() || arms.isEmpty(),
        "arms are named and search.sampler is '%s'; legal is one of them: a search takes axes",
        search.sampler());
    exclude.forEach(exclusion -> exclusion.require(axes.keySet()));
    InvalidInput.require(
        replicates >= 1 && replicates <= 1000, "replicates is %s; legal are 1 to 1000", replicates);
    InvalidInput.require(
        replicates == 1 || (rungs == null && !search.learns()),
        "replicates is %s together with %s; legal is 1: run the best again with replicates",
        replicates,
        rungs != null ? "rungs" : "the sampler tpe");
    InvalidInput.require(
        rungs == null || !search.learns(),
        "rungs and the sampler tpe are both given; legal is one of them");
    InvalidInput.require(
        parallel >= 1 && parallel <= MOST_PARALLEL,
        "parallel is %s; legal are 1 to %s",
        parallel,
        MOST_PARALLEL);
  }

  private static void requireArm(String label, @Nullable ObjectNode fields) {
    InvalidInput.require(
        label.matches("\\S(.{0,58}\\S)?"),
        "arm '%s': legal are labels of 1 to 60 characters without space at their ends",
        label);
    InvalidInput.require(fields != null, "arm '%s' is null; legal is an object", label);
  }

  private static void requireField(String field) {
    InvalidInput.require(
        field.matches("[A-Za-z0-9]+(\\.[A-Za-z0-9]+)*"),
        "axis '%s' is no dotted field of a plan, such as prune.ratio",
        field);
  }

  private record Written(
      @Nullable String description,
      @Nullable String name,
      @Nullable ObjectNode plan,
      @Nullable Map<String, ObjectNode> arms,
      @Nullable Map<String, JsonNode> axes,
      @Nullable Search search,
      @Nullable List<Exclusion> exclude,
      @Nullable Integer replicates,
      @Nullable Rungs rungs,
      @Nullable Objective objective,
      @Nullable Integer parallel,
      @Nullable Published published) {}

  /**
   * Reads what a person wrote; absent {@code name} is {@code sweep}, absent {@code parallel} is 2.
   * A {@code description} is for those who read the file.
   *
   * @throws InvalidInput in one line, naming the field and what is legal
   */
  public static SweepPlan of(@Nullable JsonNode request) {
    Written written = Json.bind(PlanRequest.object(request, "sweep"), Written.class, "sweep");
    try {
      SweepPlan plan =
          new SweepPlan(
              written.name == null ? "sweep" : written.name,
              written.plan == null ? Json.MAPPER.createObjectNode() : written.plan,
              written.arms == null ? Map.of() : written.arms,
              axes(written.axes == null ? Map.of() : written.axes),
              written.search == null ? Search.GRID : written.search,
              written.exclude == null ? List.of() : written.exclude,
              written.replicates == null ? 1 : written.replicates,
              written.rungs,
              written.objective,
              written.parallel == null ? 2 : written.parallel,
              written.published);
      plan.space().points();
      return plan;
    } catch (InvalidInput e) {
      throw new InvalidInput("sweep: " + e.getMessage(), e);
    }
  }

  private static Map<String, Axis> axes(Map<String, JsonNode> written) {
    Map<String, Axis> axes = new LinkedHashMap<>();
    written.forEach(
        (field, axis) -> {
          try {
            axes.put(field, Axis.of(axis));
          } catch (InvalidInput e) {
            throw new InvalidInput("axis '" + field + "' " + e.getMessage(), e);
          }
        });
    return axes;
  }

  /** Where its points come from. */
  public SweepSpace space() {
    return new SweepSpace(this);
  }

  /**
   * The arms that are known before there are results, in their order, the last axis running fastest
   * in a grid. Of a search that learns these are its first ones.
   */
  public List<Point> points() {
    return space().points();
  }

  /** What arms are ranked by. */
  public Objective ranking() {
    return objective == null ? Objective.FRECHET_DISTANCE : objective;
  }

  /** Whether there cannot be results without the number that arms are ranked by. */
  public boolean needsObjective() {
    return objective != null || rungs != null || search.learns();
  }

  /**
   * The plan an arm asks for, at a rung where there are rungs.
   *
   * @throws InvalidInput if it cannot be one of this sweep
   */
  public CompressionPlan checked(CompressionPlan arm) {
    if (needsObjective()) ranking().requireMeasured(arm);
    InvalidInput.require(
        rungs == null || arm.finetune().canBeExtended(),
        "finetune.schedule is '%s' and there are rungs; legal is constant, so that an arm that is"
            + " promoted goes on from its own checkpoint",
        arm.finetune().schedule());
    return arm;
  }

  /** The request of an arm on a rung; the request itself where there are none. */
  public ObjectNode atRung(ObjectNode request, int rung) {
    if (rungs == null) return request;
    ObjectNode at = request.deepCopy();
    PlanRequest.merge(
        at,
        (ObjectNode)
            Json.MAPPER.valueToTree(Map.of("finetune", Map.of("steps", rungs.steps().get(rung)))));
    return at;
  }

  /** How many rungs an arm can be trained on; 1 where there are none. */
  public int rungCount() {
    return rungs == null ? 1 : rungs.steps().size();
  }
}
