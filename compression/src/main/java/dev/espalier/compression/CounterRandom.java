package dev.espalier.compression;

import java.util.SplittableRandom;

/**
 * Counter-based randomness: every draw is a function of (seed, purpose, counter) and of nothing
 * that happened before, so any step can be replayed and no generator has to be saved.
 */
public final class CounterRandom {
  private CounterRandom() {}

  /** A generator for one purpose at one counter. */
  public static SplittableRandom at(long seed, String purpose, long counter) {
    return new SplittableRandom(seed(seed, purpose, counter));
  }

  /** A non-negative seed for torch's generator. */
  public static long seed(long seed, String purpose, long counter) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < purpose.length(); i++) {
      hash = (hash ^ purpose.charAt(i)) * 0x100000001b3L;
    }
    return mix(mix(mix(seed) ^ hash) + counter) >>> 1;
  }

  /** The finalizer of SplitMix64 (Steele et al. 2014). */
  private static long mix(long z) {
    z += 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** The numbers 0 to n − 1 in an order fixed by the arguments (Fisher-Yates). */
  public static int[] permutation(int n, long seed, String purpose, long counter) {
    SplittableRandom random = at(seed, purpose, counter);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
