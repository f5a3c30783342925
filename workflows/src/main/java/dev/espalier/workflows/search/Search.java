package dev.espalier.workflows.search;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.espalier.compression.InvalidInput;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the points of a sweep are found.
 *
 * @param sampler {@code grid}: every combination of the axes' values; {@code random}: drawn evenly
 *     and independently (Bergstra and Bengio 2012); {@code tpe}: {@link Tpe}
 * @param trials how many points are drawn, 1 to 10,000, of TPE to 1,000; 0 for a grid
 * @param seed of the draws; a point is a function of the seed, its number and, for TPE, the results
 *     of earlier points
 * @param startup points that TPE draws at random first, at least 2
 */
public record Search(String sampler, int trials, long seed, int startup) {
  /** The sampler of a sweep that names none. */
  public static final Search GRID = new Search("grid", 0, 1, 10);

  private static final int MOST_LEARNT = 1000;

  public Search {
    InvalidInput.require(
        List.of("grid", "random", "tpe").contains(sampler),
        "search.sampler is '%s'; legal are grid, random, tpe",
        sampler);
    if (sampler.equals("grid")) {
      InvalidInput.require(trials == 0, "search.trials is %d; a grid takes every point", trials);
    } else {
      int most = sampler.equals("tpe") ? MOST_LEARNT : 10_000;
      InvalidInput.require(
          trials >= 1 && trials <= most,
          "search.trials is %d; legal are 1 to %d with the sampler %s",
          trials,
          most,
          sampler);
    }
    InvalidInput.require(
        startup >= 2 && startup <= MOST_LEARNT,
        "search.startup is %d; legal are 2 to %d",
        startup,
        MOST_LEARNT);
  }

  @JsonCreator
  static Search of(
      @Nullable String sampler,
      @Nullable Integer trials,
      @Nullable Long seed,
      @Nullable Integer startup) {
    return new Search(
        sampler == null ? (trials == null ? "grid" : "random") : sampler,
        trials == null ? 0 : trials,
        seed == null ? 1 : seed,
        startup == null ? 10 : startup);
  }

  /** Whether points follow from the results of others. */
  public boolean learns() {
    return sampler.equals("tpe");
  }

  /** Whether points are every combination. */
  public boolean isGrid() {
    return sampler.equals("grid");
  }
}
