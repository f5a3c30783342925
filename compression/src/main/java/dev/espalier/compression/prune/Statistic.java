package dev.espalier.compression.prune;

/**
 * What a criterion may need to know of the network's work on calibration images, summed over
 * timesteps t with weights α_t ({@link TimestepWeights}). All but the activations have one value
 * per scalar of a weight.
 */
public enum Statistic {
  /** Σ α_t g_t with g_t the gradient of the loss of the whole batch at timestep t, signed. */
  GRADIENT,

  /** Σ α_t g_t², the diagonal of the empirical Fisher information of the timesteps' losses. */
  SQUARED_GRADIENT,

  /**
   * Σ α_t h_t with h_t the diagonal of the Gauss-Newton matrix of the loss at timestep t: its
   * Hessian with the network's own second derivatives left out (LeCun et al. 1990, the
   * Levenberg-Marquardt approximation of section 3). Estimated without bias from one backward pass
   * a timestep: for a squared error with factor c, h = 2c·E[(Jᵀv)²] over random signs v.
   */
  CURVATURE,

  /**
   * Σ α_t E|a| / Σ α_t with a the outputs of a convolution or linear layer, mean over images and
   * positions: {@code [channels out]}, under the key of the layer's weight.
   */
  ACTIVATION
}
