package dev.espalier.compression.evaluate;

import java.util.Locale;

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

  /** The one that a plan calls {@code label}: {@code unbiased} or {@code population}. */
  static Normalisation of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  long divisor(long vectors) {
    return vectors - less;
  }
}
