package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.Tensor;

/**
 * Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020) as the
 * {@code prdc} package computes them. A vector's ball reaches to its k-th nearest other vector of
 * its own cloud; a ball holds what lies strictly inside. Hence duplicates, whose ball has radius
 * zero, hold nothing.
 *
 * @param precision share of fake vectors inside at least one real ball
 * @param recall share of real vectors inside at least one fake ball
 * @param density mean number of real balls around a fake vector, over k; may exceed 1
 * @param coverage share of real balls that hold a fake vector
 */
public record Prdc(double precision, double recall, double density, double coverage) {
  /**
   * Compares real [N, D] and fake [M, D] features. SVS and its predecessors use {@code k} = 5.
   *
   * <p>Time is that of (N²/2 + M²/2 + NM)·D float32 multiplications; memory besides the features is
   * two tiles of vectors, one of distances, and (k + 8) numbers a vector. Comparisons too close to
   * call in float32 are made in double.
   *
   * @throws InvalidInput if the widths differ, a cloud has no more than {@code k} vectors or a
   *     feature is not finite
   */
  public static Prdc of(Tensor real, Tensor fake, int k) {
    InvalidInput.require(k >= 1, "k is %d; legal are 1 and more", k);
    for (Tensor cloud : new Tensor[] {real, fake}) {
      InvalidInput.require(
          cloud.rank() == 2 && cloud.extent(1) == real.extent(1) && cloud.extent(0) > k,
          "features are [more than k = %d images, equal width], not real %s and fake %s",
          k,
          real,
          fake);
    }
    double[] realRadii = NearestNeighbours.squaredRadii(real, k, "real", Progress.NONE);
    double[] fakeRadii = NearestNeighbours.squaredRadii(fake, k, "fake", Progress.NONE);
    return BallCounts.of(real, realRadii, fake, fakeRadii, k, Progress.NONE).scores();
  }
}
