package dev.espalier.workflows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Names the arms of a sweep: an arm's id is the hash of its complete plan, which an activity works
 * out. Points of the search that come to the same work are one arm.
 */
final class ArmIds {
  private final Course arms;
  private final Leaderboard board;
  private final PlanActivity activity =
      Workflow.newActivityStub(PlanActivity.class, StageOptions.plan());

  /**
   * @param arms takes those that are named
   * @param board expects them
   */
  ArmIds(Course arms, Leaderboard board) {
    this.arms = arms;
    this.board = board;
  }

  /**
   * Names all that are known from the start.
   *
   * @param before names those, and the points found since, in a sweep that continues as new
   * @throws InvalidInput naming the arm whose plan is none
   */
  void resolve(ObjectNode request, Optional<SweepState> before) {
    List<List<String>> ids = new ArrayList<>();
    List<SweepPlan.Point> points = new ArrayList<>(arms.sweep().points());
    if (before.isPresent()) {
      SweepSpace space = arms.sweep().space();
      ids.addAll(before.get().ids());
      before.get().found().forEach(values -> points.add(space.point(values)));
    } else {
      while (ids.size() < points.size()) {
        ids.addAll(activity.arms(new PlanActivity.Arms(request, ids.size())).ids());
      }
    }
    for (int i = 0; i < points.size(); i++) add(points.get(i), ids.get(i));
  }

  /** Names a point that the search has just found; as above. */
  void resolve(SweepPlan.Point point) {
    Promise<CompressionPlan> resolved = Async.function(activity::resolve, point.request());
    CompressionPlan complete = arms.sweep().checked(resolved(point.label(), resolved));
    add(point, List.of(fingerprint(complete)));
  }

  /**
   * As sweeps did before they could search: an activity for every arm, which gets its whole plan.
   */
  void resolveOneByOne() {
    List<SweepPlan.Point> points = arms.sweep().points();
    List<Promise<CompressionPlan>> plans = new ArrayList<>();
    for (var point : points) plans.add(Async.function(activity::resolve, point.request()));
    for (int i = 0; i < plans.size(); i++) {
      SweepPlan.Point point = points.get(i);
      CompressionPlan complete = resolved(point.label(), plans.get(i));
      String id = fingerprint(complete);
      ObjectNode whole = Json.MAPPER.valueToTree(complete);
      add(new SweepPlan.Point(point.label(), whole, point.values(), point.group()), List.of(id));
    }
  }

  private void add(SweepPlan.Point point, List<String> ids) {
    arms.add(point, ids).ifPresent(arm -> board.expect(arms.id(arm, 0), arm.label(), arm.group()));
  }

  private static String fingerprint(CompressionPlan complete) {
    return Workflow.sideEffect(String.class, complete::fingerprint);
  }

  private static CompressionPlan resolved(String label, Promise<CompressionPlan> plan) {
    try {
      return plan.get();
    } catch (ActivityFailure e) {
      throw InvalidInputFailure.line(e)
          .<RuntimeException>map(line -> new InvalidInput("arm " + label + ": " + line, e))
          .orElse(e);
    }
  }
}
