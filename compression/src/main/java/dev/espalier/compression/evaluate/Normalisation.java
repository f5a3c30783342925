package dev.espalier.compression.evaluate;

/** What a scatter matrix of N vectors is divided by to become a covariance. */
public enum Normalisation {
  /** N − 1, as pytorch-fid and {@code numpy.cov} do. */
  UNBIASED(1),
  /** N, as NVIDIA's StyleGAN code does. */
  POPULATION(0);

  private final int less;

  Normalisation(int less) {
    this.less = less;
  }

  long divisor(long vectors) {
    return vectors - less;
  }
}
