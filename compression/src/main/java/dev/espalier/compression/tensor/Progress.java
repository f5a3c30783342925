package dev.espalier.compression.tensor;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where a long computation says how far it is, and finds how far an earlier attempt at the same
 * computation came. Each piece of work has a name of its own; one is done after the other. Its
 * state are the tensors that, together with the work's inputs, determine all the rest of it bit for
 * bit.
 */
@FunctionalInterface
public interface Progress {
  /** Nobody listens and nothing is kept. */
  Progress NONE = (work, done, total, state) -> {};

  /**
   * The work is this far. What it throws ends the work.
   *
   * @param done of {@code total}, in whatever the work counts
   * @param state to go on from; asked for during this call, or at any time after it if the work is
   *     at its end ({@code done} = {@code total})
   */
  void reached(String work, long done, long total, Supplier<StateDict> state);

  /** The state that an earlier attempt reached last, as far as it was kept. */
  default Optional<StateDict> begun(String work) {
    return Optional.empty();
  }
}
