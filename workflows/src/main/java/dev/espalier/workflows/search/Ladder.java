package dev.espalier.workflows.search;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the arms stand on their {@link Rungs}, and who goes on.
 *
 * <p>Results come in whatever order the workers make them. They are looked at in the order in which
 * the arms set out for the rung: one that has overtaken another waits until that has ended too. So
 * who goes on follows from the results alone, and is the same however often anything crashed, and
 * on however many workers.
 */
public final class Ladder {
  /** One arm on its way to one rung; both count from 0. */
  public record Climb(int arm, int rung) {}

  private final Rungs rungs;
  private final List<Rung> ladder = new ArrayList<>();
  private final Deque<Climb> promoted = new ArrayDeque<>();

  /**
   * @param arms how many set out for the first rung, in the order of their numbers
   */
  public Ladder(Rungs rungs, int arms) {
    this.rungs = rungs;
    for (int i = 0; i <= rungs.last(); i++) ladder.add(new Rung());
    for (int arm = 0; arm < arms; arm++) ladder.get(0).order.add(arm);
    ladder.get(0).closed = true;
  }

  /** One rung: who set out for it, who has arrived, and how they rank. */
  private static final class Rung {
    /** The arms in the order they set out for it. */
    final List<Integer> order = new ArrayList<>();

    /** Whether nobody else will. */
    boolean closed;

    final Map<Integer, Double> values = new HashMap<>();
    final Ranking ranking = new Ranking();

    /** So many have been sent on. */
    int sentOn;

    double value(int arm) {
      return Objects.requireNonNull(values.get(arm));
    }

    /** The next in order, if it has arrived. */
    Optional<Integer> arrived() {
      int next = ranking.size();
      return next < order.size() && values.containsKey(order.get(next))
          ? Optional.of(order.get(next))
          : Optional.empty();
    }

    boolean complete() {
      return closed && ranking.size() == order.size();
    }
  }

  /**
   * Notes a result.
   *
   * @param value the smaller the better; not finite of an arm that failed, which goes no further
   */
  public void ended(Climb climb, double value) {
    ladder
        .get(climb.rung())
        .values
        .put(climb.arm(), Double.isFinite(value) ? value : Double.POSITIVE_INFINITY);
    for (int rung = climb.rung(); rung < rungs.last(); rung++) advance(rung);
  }

  /** Takes the next who goes on, in the order they were found to. */
  public Optional<Climb> next() {
    return Optional.ofNullable(promoted.poll());
  }

  private void advance(int number) {
    Rung rung = ladder.get(number);
    for (Optional<Integer> next = rung.arrived(); next.isPresent(); next = rung.arrived()) {
      int arm = next.get();
      List<Integer> better = rung.ranking.add(arm, rung.value(arm));
      switch (rungs.rule()) {
        case "asha" -> {
          send(number, better);
          send(number, rung.ranking.widen(rung.ranking.size() / rungs.eta()));
        }
        case "median" -> {
          rung.ranking.widen(rung.ranking.size() / 2 + 1);
          boolean early = rung.ranking.size() <= rungs.eta();
          if (early || rung.ranking.holds(arm)) send(number, List.of(arm));
        }
        default -> {} // Halving waits for all.
      }
    }
    if (!rung.complete()) return;
    if (!rungs.rule().equals("median") && (rung.sentOn == 0 || rungs.rule().equals("halving"))) {
      send(number, rung.ranking.widen(Math.max(1, rung.ranking.size() / rungs.eta())));
    }
    ladder.get(number + 1).closed = true;
  }

  private void send(int number, List<Integer> arms) {
    Rung rung = ladder.get(number);
    for (int arm : arms) {
      if (Double.isInfinite(rung.value(arm))) continue;
      rung.sentOn++;
      ladder.get(number + 1).order.add(arm);
      promoted.add(new Climb(arm, number + 1));
    }
  }
}
