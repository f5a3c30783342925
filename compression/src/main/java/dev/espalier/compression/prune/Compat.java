package dev.espalier.compression.prune;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whose choice of channels is followed. The releases of Torch-Pruning find the same groups in the
 * same order in a DDPM U-Net and then differ in four ways: how many channels a ratio removes
 * ({@link #widths}), which ones of each GroupNorm group ({@link #choice}), whether a group is
 * scored before or after the groups visited earlier are cut ({@link #scoredFirst}), and which
 * members count in a score and how ({@link #own}). Kept indices equal those of the named code in
 * every case of the reference set.
 */
public enum Compat {
  /**
   * The copy of Torch-Pruning (between 1.1.6 and 1.1.7) beside Diff-Pruning's experiments, which
   * made the paper's tables, and its calibration loop. Criteria are scored as {@link Importances}
   * says.
   */
  PAPER("paper", WidthRule.DIFF_PRUNING, BlockChoice.EACH, false, CalibrationLoop.EXPERIMENT),

  /**
   * Released the day Diff-Pruning's diffusers script was published, the first that script runs
   * with. Only the first GroupNorm group is ranked, and every other loses the same offsets. Taylor:
   * norm scales count. (Its magnitude criterion fails on this U-Net; here it is scored as in the
   * later releases.)
   */
  TORCH_PRUNING_1_1_7(
      "torch-pruning-1.1.7",
      WidthRule.DIFF_PRUNING,
      BlockChoice.FIRST,
      false,
      CalibrationLoop.SCRIPT),

  /**
   * 1.2.2 to 1.4.0. Widths and choice as the paper's copy. Norm scales do not count in Taylor
   * scores; members on which the channels occur twice (both halves of a concatenation) count in all
   * scores.
   */
  TORCH_PRUNING_1_2_5(
      "torch-pruning-1.2.5",
      WidthRule.DIFF_PRUNING,
      BlockChoice.EACH,
      false,
      CalibrationLoop.SCRIPT),

  /**
   * 1.4.1 and later, what {@code pip install torch-pruning} gives today. All groups are scored on
   * the intact network, by the scores of 1.2.5; scores are averaged over the GroupNorm groups,
   * which all lose the same offsets; the ratio is rounded within one GroupNorm group, and a group
   * that would be emptied is left whole, so that high ratios prune less.
   */
  TORCH_PRUNING_1_6_1(
      "torch-pruning-1.6.1",
      WidthRule.WITHIN_BLOCK,
      BlockChoice.MEAN,
      true,
      CalibrationLoop.SCRIPT);

  private final String label;
  private final WidthRule widths;
  private final BlockChoice choice;
  private final boolean scoredFirst;
  private final CalibrationLoop loop;

  Compat(
      String label,
      WidthRule widths,
      BlockChoice choice,
      boolean scoredFirst,
      CalibrationLoop loop) {
    this.label = label;
    this.widths = widths;
    this.choice = choice;
    this.scoredFirst = scoredFirst;
    this.loop = loop;
  }

  /**
   * The variant called {@code label}.
   *
   * @throws InvalidInput naming the variants there are
   */
  public static Compat of(String label) {
    return Arrays.stream(values())
        .filter(c -> c.label.equals(label))
        .findFirst()
        .orElseThrow(() -> new InvalidInput("prune.compat is '" + label + "'; legal: " + labels()));
  }

  private static String labels() {
    return Arrays.stream(values()).map(Compat::label).collect(Collectors.joining(", "));
  }

  /** The name in a plan. */
  public String label() {
    return label;
  }

  /** How many channels of a group a ratio leaves. */
  public WidthRule widths() {
    return widths;
  }

  /** Which scores decide among the channels of a GroupNorm group. */
  public BlockChoice choice() {
    return choice;
  }

  /** Whether all groups are scored on the intact network, before the first cut. */
  public boolean scoredFirst() {
    return scoredFirst;
  }

  /** How the code around this variant accumulates gradients. */
  public CalibrationLoop loop() {
    return loop;
  }

  /**
   * The variant's own definition of the criterion called {@code name}, where it has one. The
   * releases' {@code TaylorImportance} is called "taylor" in its multivariable form and
   * "diff-pruning" in its elementwise form, as in the diffusers script. Criteria without a release
   * of their own are scored as {@link Importances} says.
   */
  Optional<Importance> own(String name) {
    if (this == PAPER) return Optional.empty();
    boolean first = this == TORCH_PRUNING_1_1_7;
    return switch (name) {
      case "magnitude" -> Optional.of(new Magnitude(2, !first));
      case "magnitude-l1" -> Optional.of(new Magnitude(1, !first));
      case "taylor" -> Optional.of(new ReleasedTaylor(true, first, !first));
      case "taylor-elementwise", "diff-pruning" ->
          Optional.of(new ReleasedTaylor(false, first, !first));
      default -> Optional.empty();
    };
  }
}
