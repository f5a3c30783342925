package dev.espalier.compression.prune;

/** The two published forms of Diff-Pruning's accumulation over timesteps. */
public enum CalibrationLoop {
  /**
   * The experiments' program: the loss is summed over C, H, W and averaged over the batch, and the
   * timestep whose loss falls below the threshold is left out.
   */
  EXPERIMENT,

  /**
   * The diffusers script: the loss is averaged over all elements, and the timestep whose loss falls
   * below the threshold is the last one in.
   */
  SCRIPT
}
