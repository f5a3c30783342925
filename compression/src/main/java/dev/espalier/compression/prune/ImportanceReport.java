package dev.espalier.compression.prune;

import dev.espalier.compression.prune.ChannelPruner.Cut;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a criterion said about each group, in few numbers; the part {@link #PART} of a pruned
 * network on the shelf. The scores themselves are in {@code cuts.json}.
 *
 * @param criterion a name in {@link Importances}
 * @param compat whose choice was followed, a label of {@link Compat}
 * @param scope {@code group} or {@code global}
 * @param groups in visiting order
 */
public record ImportanceReport(String criterion, String compat, String scope, List<Group> groups) {
  /** The part's name. */
  public static final String PART = "importance.json";

  private static final int BINS = 20;

  /**
   * One group's scores, each channel's when it was last ranked.
   *
   * @param root the group's name
   * @param before channels before, {@code kept} after
   * @param shareCut of the channels, 0 to 1
   * @param min least score; {@code median} and {@code max} likewise over all channels
   * @param highestCut the highest score that was removed; absent if nothing was
   * @param lowestKept the lowest score that stayed. Below {@code highestCut} where equal blocks,
   *     not the scores alone, decided
   * @param histogram of the scores
   */
  public record Group(
      String root,
      int before,
      int kept,
      double shareCut,
      double min,
      double median,
      double max,
      @Nullable Double highestCut,
      double lowestKept,
      Histogram histogram) {}

  /**
   * Counts in equal bins from {@code min} to {@code max}; one bin where all scores are equal.
   *
   * @param all channels of each bin
   * @param cut those of them that were removed
   */
  public record Histogram(List<Integer> all, List<Integer> cut) {
    public Histogram {
      all = List.copyOf(all);
      cut = List.copyOf(cut);
    }
  }

  public ImportanceReport {
    groups = List.copyOf(groups);
  }

  /** Sums up the {@code cuts} that {@code config} made. */
  public static ImportanceReport of(PruneConfig config, List<Cut> cuts) {
    return new ImportanceReport(
        config.criterion(),
        config.compatibility().label(),
        config.isGlobal() ? "global" : "group",
        cuts.stream().map(ImportanceReport::group).toList());
  }

  private static Group group(Cut cut) {
    double[] sorted = cut.scores().stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int n = sorted.length;
    double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    Set<Integer> stays = new HashSet<>(cut.kept());
    double lowest = cut.kept().stream().mapToDouble(cut.scores()::get).min().orElse(sorted[0]);
    OptionalDouble highest =
        IntStream.range(0, n).filter(c -> !stays.contains(c)).mapToDouble(cut.scores()::get).max();
    return new Group(
        cut.root(),
        cut.before(),
        cut.kept().size(),
        1 - (double) cut.kept().size() / cut.before(),
        sorted[0],
        median,
        sorted[n - 1],
        highest.isPresent() ? highest.getAsDouble() : null,
        lowest,
        histogram(cut, stays, sorted[0], sorted[n - 1]));
  }

  private static Histogram histogram(Cut cut, Set<Integer> stays, double min, double max) {
    int bins = max > min ? BINS : 1;
    int[] all = new int[bins];
    int[] gone = new int[bins];
    for (int c = 0; c < cut.before(); c++) {
      double place = max > min ? (cut.scores().get(c) - min) / (max - min) * bins : 0;
      int bin = Math.min(bins - 1, (int) place);
      all[bin]++;
      if (!stays.contains(c)) gone[bin]++;
    }
    return new Histogram(list(all), list(gone));
  }

  private static List<Integer> list(int[] counts) {
    return Arrays.stream(counts).boxed().toList();
  }
}
