package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * What precision, recall, density and coverage are averages of: one entry per image.
 *
 * @param k which neighbour a ball reaches to
 * @param around [M] how many real balls lie around each fake vector
 * @param recalled [N] whether a fake ball lies around each real vector
 * @param covered [N] whether the ball of each real vector holds a fake one
 */
record BallCounts(int k, int[] around, boolean[] recalled, boolean[] covered) {
  private static final String WORK = "balls";

  /**
   * Compares every real vector [N, D] with every fake one [M, D].
   *
   * @param realRadii squared, [N]
   * @param fakeRadii squared, [M]
   * @param progress counts the real vectors, as work {@value #WORK}
   */
  static BallCounts of(
      Tensor real, double[] realRadii, Tensor fake, double[] fakeRadii, int k, Progress progress) {
    FeatureRows.require(fake);
    InvalidInput.require(
        real.extent(1) == fake.extent(1),
        "real features have the width %d, fake ones %d",
        real.extent(1),
        fake.extent(1));
    int[] around = new int[fake.extent(0)];
    boolean[] recalled = new boolean[real.extent(0)];
    boolean[] covered = new boolean[real.extent(0)];
    BallCounts counts = new BallCounts(k, around, recalled, covered);
    int from = progress.begun(WORK).map(counts::goOnFrom).orElse(0);
    if (from == recalled.length) return counts;
    Vectors reals = new Vectors(real);
    Vectors fakes = new Vectors(fake);
    Distances.between(
        real,
        fake,
        from,
        done -> progress.reached(WORK, done, recalled.length, () -> counts.state(done)),
        (realNorms, fakeNorms) -> {
          float[] fakeLimits = limits(fakeRadii, fakeNorms);
          float[] realLimits = limits(realRadii, realNorms);
          float largest = max(fakeNorms);
          return (i, first, squared, count) -> {
            float slack = Distances.ROUNDING * (realNorms[i] + largest);
            float limit = realLimits[i] + Distances.ROUNDING * largest;
            for (int c = 0; c < count; c++) {
              int j = first + c;
              float distance = squared[c];
              if (distance >= limit && distance >= fakeLimits[j] + slack) continue;
              double exact =
                  clear(distance, realRadii[i], slack) && clear(distance, fakeRadii[j], slack)
                      ? distance
                      : reals.squaredDistance(i, fakes, j);
              if (exact < realRadii[i]) {
                covered[i] = true;
                around[j]++;
              }
              recalled[i] |= exact < fakeRadii[j];
            }
          };
        });
    return counts;
  }

  private StateDict state(int compared) {
    long[] balls = Arrays.stream(around).asLongStream().toArray();
    return new StateDict(
        Map.of(
            "compared", Tensor.of(new long[] {compared}, 1),
            "around", Tensor.of(balls, balls.length),
            "recalled", flags(recalled),
            "covered", flags(covered)));
  }

  /** Fills the counts; returns how many real vectors are in them. */
  private int goOnFrom(StateDict begun) {
    long[] balls = begun.get("around").longs();
    Arrays.setAll(around, i -> (int) balls[i]);
    long[] inside = begun.get("recalled").longs();
    long[] holding = begun.get("covered").longs();
    for (int i = 0; i < recalled.length; i++) {
      recalled[i] = inside[i] != 0;
      covered[i] = holding[i] != 0;
    }
    return (int) begun.get("compared").longs()[0];
  }

  private static Tensor flags(boolean[] flags) {
    byte[] bytes = new byte[flags.length];
    for (int i = 0; i < flags.length; i++) bytes[i] = (byte) (flags[i] ? 1 : 0);
    return Tensor.of(bytes, bytes.length);
  }

  private static boolean clear(float distance, double radius, float slack) {
    return Math.abs(distance - radius) > 2 * slack;
  }

  /** From here on a distance in float32 is no less than the radius for certain. */
  private static float[] limits(double[] radii, float[] norms) {
    float[] limits = new float[radii.length];
    for (int i = 0; i < limits.length; i++) {
      limits[i] = (float) (radii[i] * (1 + Distances.ROUNDING)) + Distances.ROUNDING * norms[i];
    }
    return limits;
  }

  private static float max(float[] values) {
    float max = 0;
    for (float value : values) max = Math.max(max, value);
    return max;
  }

  Prdc scores() {
    return new Prdc(
        Arrays.stream(around).filter(balls -> balls > 0).count() / (double) around.length,
        count(recalled) / (double) recalled.length,
        Arrays.stream(around).asLongStream().sum() / ((double) k * around.length),
        count(covered) / (double) covered.length);
  }

  private static int count(boolean[] flags) {
    int count = 0;
    for (boolean flag : flags) if (flag) count++;
    return count;
  }
}
