package dev.espalier.compression.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.network.Run;

/** What a training minimises. Batch and noise of a step are functions of (seed, step). */
public interface Objective {
  /**
   * The loss of step {@code step} (1 for the first), a scalar that gradients can flow through.
   *
   * @param ops the network's current weights
   * @param scope owner of what is made on the way
   */
  NDArray loss(Run ops, NDManager scope, int step);

  /**
   * The loss on images training never sees, with draws that are the same at every step and for
   * every network.
   *
   * @param ops the averaged weights
   */
  double validate(ReadAveraged ops);

  /** Makes a reading of the averaged weights whose results belong to {@code scope}. */
  interface ReadAveraged {
    Run in(NDManager scope);
  }
}
