package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.workflows.SweepState.Ended;
import dev.espalier.workflows.search.Ladder;
import dev.espalier.workflows.search.Ladder.Climb;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arms of a sweep, what they came to, and which is next. What is next follows from the results,
 * never from when they came: a search learns from the results of the points before the last {@link
 * SweepPlan#parallel}, and waits for them; arms are promoted by a {@link Ladder}.
 */
final class Course {
  /**
   * @param ids hashes of its plan, one for each rung
   * @param values of the axes at its point
   */
  record Arm(
      int number,
      String label,
      String group,
      ObjectNode request,
      Map<String, JsonNode> values,
      List<String> ids) {}

  private final SweepPlan sweep;
  private final SweepSpace space;
  private final List<Arm> arms = new ArrayList<>();

  /** The arm of each point; points that come to the same work share one. */
  private final List<Arm> points = new ArrayList<>();

  private final Map<String, Arm> byId = new HashMap<>();
  private final Map<Climb, Ended> ended = new LinkedHashMap<>();
  private final Set<Climb> begun = new HashSet<>();
  private final Deque<Climb> promoted = new ArrayDeque<>();
  private @Nullable Ladder ladder;
  private int next;

  Course(SweepPlan sweep) {
    this.sweep = sweep;
    this.space = sweep.space();
  }

  SweepPlan sweep() {
    return sweep;
  }

  /** Adds a point; its arm, unless it comes to the same work as an earlier one. */
  Optional<Arm> add(SweepPlan.Point point, List<String> ids) {
    Arm known = byId.get(ids.get(0));
    if (known != null) {
      points.add(known);
      return Optional.empty();
    }
    Arm arm =
        new Arm(arms.size(), point.label(), point.group(), point.request(), point.values(), ids);
    arms.add(arm);
    points.add(arm);
    byId.put(ids.get(0), arm);
    return Optional.of(arm);
  }

  /** To be called when all points that are known at first have been added. */
  void begin() {
    if (sweep.rungs() != null) ladder = new Ladder(sweep.rungs(), arms.size());
  }

  Arm arm(int number) {
    return arms.get(number);
  }

  /** Id of the run that brings an arm to a rung. */
  String id(Arm arm, int rung) {
    return sweep.name() + "-" + arm.ids().get(rung);
  }

  /** Whether some arm can be begun now. */
  boolean ready() {
    return !promoted.isEmpty() || next < arms.size() || wantsPoint();
  }

  /** Whether no arm will be begun any more, whatever those at work come to. */
  boolean exhausted() {
    return ladder == null && next == arms.size() && !searching();
  }

  /** Whether a search can find its next point. */
  boolean wantsPoint() {
    if (!searching() || next < arms.size()) return false;
    return points.subList(0, settled()).stream().allMatch(this::hasEnded);
  }

  /** The point that the search tries next. */
  SweepPlan.Point suggest() {
    List<SweepSpace.Learnt> learnt = new ArrayList<>();
    for (Arm arm : points.subList(0, settled())) {
      Ended end = ended.get(new Climb(arm.number(), 0));
      double loss = end == null ? Double.POSITIVE_INFINITY : loss(end);
      if (Double.isFinite(loss)) learnt.add(new SweepSpace.Learnt(arm.values(), loss));
    }
    return space.suggest(learnt, points.size());
  }

  private boolean searching() {
    return sweep.search().learns() && points.size() < sweep.search().trials();
  }

  /** So many points must have ended before the next is found. */
  private int settled() {
    return Math.max(0, points.size() + 1 - sweep.parallel());
  }

  private boolean hasEnded(Arm arm) {
    return ended.containsKey(new Climb(arm.number(), 0));
  }

  /** Begins an arm: one that was promoted before one that is new. */
  Climb take() {
    Climb climb = promoted.isEmpty() ? new Climb(next++, 0) : promoted.remove();
    begun.add(climb);
    return climb;
  }

  void ended(Ended end) {
    Climb climb = new Climb(end.arm(), end.rung());
    ended.put(climb, end);
    if (ladder == null) return;
    ladder.ended(climb, loss(end));
    for (var on = ladder.next(); on.isPresent(); on = ladder.next()) {
      if (!begun.contains(on.get())) promoted.add(on.get());
    }
  }

  /** Takes up what has ended before the sweep continued as new. */
  void restore(List<Ended> before) {
    for (Ended end : before) {
      begun.add(new Climb(end.arm(), end.rung()));
      next = Math.max(next, end.arm() + 1);
    }
    before.forEach(this::ended);
  }

  /** The smaller the better; infinite of an arm that failed or was not measured. */
  double loss(Ended end) {
    return end.score() == null
        ? Double.POSITIVE_INFINITY
        : sweep.ranking().loss(end.score().objective());
  }

  /** The hashes of every point. */
  List<List<String>> ids() {
    return points.stream().map(Arm::ids).toList();
  }

  /** Values of the points that were not known at first. */
  List<Map<String, JsonNode>> found() {
    int known = sweep.points().size();
    return points.subList(known, points.size()).stream().map(Arm::values).toList();
  }

  /** How often an arm has ended: with rungs, on each that it came to. */
  int endedCount() {
    return ended.size();
  }

  /** Arms that are known. */
  int size() {
    return arms.size();
  }

  List<Ended> ended() {
    return List.copyOf(ended.values());
  }
}
