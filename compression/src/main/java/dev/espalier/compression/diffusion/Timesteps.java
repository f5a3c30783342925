package dev.espalier.compression.diffusion;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Which of the T timesteps a sampler visits when it takes n steps. */
public enum Timesteps {
  /** n multiples of ⌊T / n⌋ from 0 (diffusers). */
  LEADING {
    @Override
    IntStream ascending(int total, int count) {
      return spaced(count, i -> i * (total / count));
    }
  },
  /** n steps of T / n, the last at T − 1 (diffusers). */
  TRAILING {
    @Override
    IntStream ascending(int total, int count) {
      double stride = (double) total / count;
      return spaced(count, i -> (int) Math.rint(total - (count - 1 - i) * stride) - 1);
    }
  },
  /** n steps from 0 to T − 1, both ends included (diffusers). */
  LINSPACE {
    @Override
    IntStream ascending(int total, int count) {
      return spaced(count, i -> (int) Math.rint(fraction(i, count) * (total - 1)));
    }
  },
  /**
   * All multiples of ⌊T / n⌋ from 0: more than n where n does not divide T (the DDIM authors' code,
   * and so Diff-Pruning's).
   */
  UNIFORM {
    @Override
    IntStream ascending(int total, int count) {
      int stride = total / count;
      return spaced((total + stride - 1) / stride, i -> i * stride);
    }
  },
  /**
   * ⌊s²⌋ for n numbers s from 0 to √(0.8 T), dense near the image; small ones repeat (the DDIM
   * authors' code, and so Diff-Pruning's).
   */
  QUADRATIC {
    @Override
    IntStream ascending(int total, int count) {
      double last = Math.sqrt(0.8 * total);
      return spaced(
          count,
          i -> {
            double root = i == count - 1 && i > 0 ? last : i * (last / Math.max(1, count - 1));
            return (int) (root * root);
          });
    }
  };

  abstract IntStream ascending(int total, int count);

  private static IntStream spaced(int count, IntUnaryOperator at) {
    return IntStream.range(0, count).map(at);
  }

  private static double fraction(int i, int count) {
    return count == 1 ? 0 : (double) i / (count - 1);
  }

  /**
   * The timesteps in the order they are visited, from noise to image.
   *
   * @param total T, the length of the noise schedule
   * @param count n, 1 to T
   * @throws InvalidInput if {@code count} is out of range
   */
  public int[] descending(int total, int count) {
    InvalidInput.require(
        count >= 1 && count <= total,
        "sampling takes %d steps of a schedule of %d; legal are 1 to %d",
        count,
        total,
        total);
    int[] up = ascending(total, count).toArray();
    return IntStream.range(0, up.length).map(i -> up[up.length - 1 - i]).toArray();
  }

  /**
   * The spacing a configuration calls {@code name}, in lower case.
   *
   * @throws InvalidInput if there is none
   */
  public static Timesteps named(String name) {
    return Arrays.stream(values())
        .filter(spacing -> spacing.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInput(
                    "timestep spacing '" + name + "'; legal are " + Arrays.toString(values())));
  }

  /** The name used in configurations. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
