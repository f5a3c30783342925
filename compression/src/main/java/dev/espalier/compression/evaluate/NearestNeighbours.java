package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * How far each vector of a cloud has it to its k-th nearest other one. A few more than k candidates
 * are kept per vector, by distances in float32; the k-th of them is then found in double. So it is
 * exact unless more than {@value #SPARE} others tie with it within float32's rounding.
 */
final class NearestNeighbours implements Distances.Row {
  private static final int SPARE = 8;
  private static final String RADII = "radii";

  private final int kept;
  private final float[] nearest;
  private final int[] neighbours;
  private int compared;

  private NearestNeighbours(int vectors, int kept) {
    this.kept = kept;
    this.nearest = new float[vectors * kept];
    this.neighbours = new int[vectors * kept];
    Arrays.fill(nearest, Float.POSITIVE_INFINITY);
  }

  private void goOnFrom(StateDict begun) {
    compared = (int) begun.get("compared").longs()[0];
    begun.get("nearest").bytes().asFloatBuffer().get(nearest);
    long[] indices = begun.get("neighbours").longs();
    Arrays.setAll(neighbours, i -> (int) indices[i]);
  }

  private StateDict state() {
    long[] indices = Arrays.stream(neighbours).asLongStream().toArray();
    return new StateDict(
        Map.of(
            "compared", Tensor.of(new long[] {compared}, 1),
            "nearest", Tensor.of(nearest, nearest.length),
            "neighbours", Tensor.of(indices, indices.length)));
  }

  /**
   * Squared distance of every vector to its k-th nearest other one.
   *
   * @param cloud [N, D]
   * @param work its name in {@code progress}, which counts vectors
   * @return [N]
   * @throws InvalidInput if there are no k other vectors or a feature is not finite
   */
  static double[] squaredRadii(Tensor cloud, int k, String work, Progress progress) {
    StateDict begun = progress.begun(work).orElse(new StateDict(Map.of()));
    if (begun.has(RADII)) return begun.get(RADII).doubles();
    FeatureRows.require(cloud);
    int n = cloud.extent(0);
    InvalidInput.require(n > k, "%d nearest neighbours need more than %d images", k, n);
    NearestNeighbours search = new NearestNeighbours(n, Math.min(n - 1, Math.addExact(k, SPARE)));
    if (!begun.keys().isEmpty()) search.goOnFrom(begun);
    Distances.within(
        cloud,
        search.compared,
        done -> {
          search.compared = done;
          progress.reached(work, done, n, search::state);
        },
        (norms, same) -> {
          for (float norm : norms) {
            InvalidInput.require(
                Float.isFinite(norm),
                "features of squared norm %s; the images or the network diverged",
                norm);
          }
          return search;
        });
    double[] radii = search.radii(new Vectors(cloud), k);
    StateDict whole = new StateDict(Map.of(RADII, Tensor.of(radii, n)));
    progress.reached(work, n, n, () -> whole);
    return radii;
  }

  @Override
  public void accept(int i, int first, float[] squared, int count) {
    int last = i * kept + kept - 1;
    for (int c = 0; c < count; c++) {
      float distance = squared[c];
      if (distance < nearest[last]) insert(i, first + c, distance);
      int j = first + c;
      if (distance < nearest[j * kept + kept - 1]) insert(j, i, distance);
    }
  }

  private void insert(int vector, int other, float distance) {
    int start = vector * kept;
    int at = start + kept - 1;
    for (; at > start && nearest[at - 1] > distance; at--) {
      nearest[at] = nearest[at - 1];
      neighbours[at] = neighbours[at - 1];
    }
    nearest[at] = distance;
    neighbours[at] = other;
  }

  private double[] radii(Vectors vectors, int k) {
    double[] radii = new double[nearest.length / kept];
    double[] exact = new double[kept];
    for (int i = 0; i < radii.length; i++) {
      for (int c = 0; c < kept; c++) {
        exact[c] = vectors.squaredDistance(i, vectors, neighbours[i * kept + c]);
      }
      Arrays.sort(exact);
      radii[i] = exact[k - 1];
    }
    return radii;
  }
}
