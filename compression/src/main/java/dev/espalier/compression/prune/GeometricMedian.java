package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * FPGM, filter pruning via geometric median (He et al. 2019, equation 6): the sum of a filter's
 * Euclidean distances to all filters of its layer. The filters nearest to the geometric median say
 * least that the others do not, so they go first, however large they are. Summed over the layers
 * that write the group's channels, divided by the mean over the channels; what reads them is no
 * filter and does not count.
 */
record GeometricMedian() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    double[] scores = new double[group.channels()];
    for (Slice slice : group.scored()) {
      if (slice.axis() != 0 || !ChannelSums.isWeight(slice, weights)) continue;
      Tensor weight = weights.get(slice.key());
      float[] values = weight.floats();
      int width = weight.size() / weight.extent(0);
      int first = slice.offset() * width;
      int filters = scores.length;
      List<double[]> rows =
          IntStream.range(0, filters)
              .parallel()
              .mapToObj(c -> toLater(values, first, width, c, filters))
              .toList();
      for (int c = 0; c < filters; c++) {
        for (int other = c + 1; other < filters; other++) {
          double distance = rows.get(c)[other - c - 1];
          scores[c] += distance;
          scores[other] += distance;
        }
      }
    }
    return ChannelSums.relativeToMean(scores);
  }

  /** Distances of filter {@code c} to those after it. */
  private static double[] toLater(float[] values, int first, int width, int c, int filters) {
    double[] distances = new double[filters - c - 1];
    for (int i = 0; i < distances.length; i++) {
      distances[i] = distance(values, first + c * width, first + (c + 1 + i) * width, width);
    }
    return distances;
  }

  /** Four sums side by side: one alone would wait for each addition. */
  private static double distance(float[] values, int a, int b, int width) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < width; i += 4) {
      double d0 = (double) values[a + i] - values[b + i];
      double d1 = (double) values[a + i + 1] - values[b + i + 1];
      double d2 = (double) values[a + i + 2] - values[b + i + 2];
      double d3 = (double) values[a + i + 3] - values[b + i + 3];
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    for (; i < width; i++) {
      double d = (double) values[a + i] - values[b + i];
      s0 += d * d;
    }
    return Math.sqrt(s0 + s1 + s2 + s3);
  }
}
