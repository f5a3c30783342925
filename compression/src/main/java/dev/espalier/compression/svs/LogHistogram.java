package dev.espalier.compression.svs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * Counts of singular values on a logarithmic axis. Bin i holds 10^(i/10) ≤ σ &lt; 10^((i+1)/10), so
 * the bins of all histograms agree and can be added and compared.
 *
 * @param first number i of the first bin in {@code counts}; 0 where there is none
 * @param counts of consecutive bins; the first and the last are not empty
 * @param beyond values outside the numerical rank, which have no place on the axis
 */
public record LogHistogram(int first, List<Long> counts, long beyond) {
  /** Bins from one power of ten to the next. */
  public static final int PER_DECADE = 10;

  public LogHistogram {
    counts = List.copyOf(counts);
  }

  /**
   * Counts singular values.
   *
   * @param sigma positive, of which the last {@code beyond} are not within the rank
   */
  static LogHistogram of(double[] sigma, int rank) {
    TreeMap<Integer, Long> bins = new TreeMap<>();
    for (int i = 0; i < rank; i++) bins.merge(bin(sigma[i]), 1L, Long::sum);
    return of(bins, sigma.length - rank);
  }

  /** All values of several histograms in one. */
  static LogHistogram sum(List<LogHistogram> histograms) {
    TreeMap<Integer, Long> bins = new TreeMap<>();
    for (LogHistogram h : histograms) {
      for (int i = 0; i < h.counts.size(); i++) {
        if (h.counts.get(i) > 0) bins.merge(h.first + i, h.counts.get(i), Long::sum);
      }
    }
    return of(bins, histograms.stream().mapToLong(LogHistogram::beyond).sum());
  }

  private static LogHistogram of(TreeMap<Integer, Long> bins, long beyond) {
    if (bins.isEmpty()) return new LogHistogram(0, List.of(), beyond);
    int first = bins.firstKey();
    List<Long> counts = new ArrayList<>(Collections.nCopies(bins.lastKey() - first + 1, 0L));
    bins.forEach((bin, count) -> counts.set(bin - first, count));
    return new LogHistogram(first, counts, beyond);
  }

  private static int bin(double sigma) {
    return (int) Math.floor(PER_DECADE * Math.log10(sigma));
  }

  /**
   * Lower edge of the bin at {@code index} of {@link #counts}; its upper edge is the next one's.
   */
  public double edge(int index) {
    return Math.pow(10, (double) (first + index) / PER_DECADE);
  }

  /** Values on the axis. */
  public long total() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }
}
