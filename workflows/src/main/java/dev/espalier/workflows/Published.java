package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.compression.InvalidInput;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Numbers that a paper or its repository reports for what a plan or a sweep does. They are shown
 * beside ours and change nothing.
 *
 * @param source where they are printed
 * @param rows one per network
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Published(String source, List<Row> rows) {
  /** The metrics a row may have, as they are written in JSON. */
  public static final Set<String> METRICS =
      Collections.unmodifiableSet(
          new TreeSet<>(
              List.of(
                  "FID",
                  "SSIM",
                  "IS",
                  "precision",
                  "recall",
                  "density",
                  "coverage",
                  "parameters",
                  "MACs",
                  "steps",
                  "sigmaMax")));

  private static final List<String> NETWORKS = List.of("dense", "pruned", "scaled", "finetuned");

  /**
   * What is reported of one network.
   *
   * @param arm label of the sweep's arm it belongs to, such as {@code prune.ratio=0.5}; absent
   *     where it belongs to the one run of a plan, to the dense network, or to nothing that is run
   *     here
   * @param network which network of that arm: {@code dense}, {@code pruned}, {@code scaled} (what
   *     the stage svs made) or {@code finetuned}; absent means the last
   * @param name what the source calls it
   * @param values by metric, one of {@link #METRICS}: SSIM is with the dense network's samples,
   *     steps are optimizer steps, sigmaMax is the largest singular value of all weights;
   *     parameters and MACs as printed, rounded
   * @param note what must be known to compare it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Row(
      @Nullable String arm,
      String network,
      String name,
      Map<String, Double> values,
      @Nullable String note) {
    @SuppressWarnings("ConstantValue")
    public Row {
      network = network == null ? "finetuned" : network;
      InvalidInput.require(
          NETWORKS.contains(network),
          "published: network is '%s'; legal are %s",
          network,
          String.join(", ", NETWORKS));
      InvalidInput.require(
          name != null && !name.isBlank(), "published: a row has no name of what it is about");
      InvalidInput.require(
          values != null && !values.isEmpty(), "published: row '%s' has no values", name);
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
      String row = name;
      values.forEach((metric, value) -> requireMetric(row, metric, value));
    }

    private static void requireMetric(String row, String metric, @Nullable Double value) {
      InvalidInput.require(
          METRICS.contains(metric),
          "published: row '%s' has the metric '%s'; legal are %s",
          row,
          metric,
          String.join(", ", METRICS));
      InvalidInput.require(
          value != null && Double.isFinite(value),
          "published: row '%s' has no number for '%s'",
          row,
          metric);
    }
  }

  @SuppressWarnings("ConstantValue")
  public Published {
    InvalidInput.require(
        source != null && !source.isBlank(), "published: source is missing; it says where from");
    rows = rows == null ? List.of() : List.copyOf(rows);
    InvalidInput.require(!rows.isEmpty(), "published: rows are missing");
  }
}
