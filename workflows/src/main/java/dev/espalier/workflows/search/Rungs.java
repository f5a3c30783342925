package dev.espalier.workflows.search;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.espalier.compression.InvalidInput;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arms are finetuned for a few steps first, and only the better ones for more. A promoted arm goes
 * on from its own checkpoint, to the bits of one that was asked for as many steps at first.
 *
 * @param rule who goes on: {@code asha} (asynchronous successive halving, Li et al. 2020): the best
 *     1/eta of those that have reached the rung so far; {@code halving}: the best 1/eta of all that
 *     ever reach it (successive halving, Jamieson and Talwalkar 2016); {@code median}: who is no
 *     worse than the median of those before it on the rung (Golovin et al. 2017)
 * @param steps of {@code finetune} at each rung, growing, 2 to 10 of them; the last is what the
 *     best are trained for
 * @param eta which part goes on, 2 to 10; with {@code median}: how many go on before there is one
 */
public record Rungs(String rule, List<Integer> steps, int eta) {
  public Rungs {
    steps = List.copyOf(steps);
    InvalidInput.require(
        List.of("asha", "halving", "median").contains(rule),
        "rungs.rule is '%s'; legal are asha, halving, median",
        rule);
    boolean growing = steps.get(0) >= 1;
    for (int i = 1; i < steps.size(); i++) growing &= steps.get(i) > steps.get(i - 1);
    InvalidInput.require(
        growing && steps.size() >= 2 && steps.size() <= 10,
        "rungs.steps is %s; legal are 2 to 10 numbers of steps, each above the one before",
        steps);
    InvalidInput.require(eta >= 2 && eta <= 10, "rungs.eta is %d; legal are 2 to 10", eta);
  }

  @JsonCreator
  static Rungs of(@Nullable String rule, @Nullable List<Integer> steps, @Nullable Integer eta) {
    if (steps == null || steps.isEmpty() || steps.contains(null)) {
      throw new InvalidInput(
          "rungs.steps is missing; legal are 2 to 10 numbers of steps, such as [100, 300, 900]");
    }
    return new Rungs(rule == null ? "asha" : rule, steps, eta == null ? 3 : eta);
  }

  /** The number of the last rung. */
  public int last() {
    return steps.size() - 1;
  }
}
