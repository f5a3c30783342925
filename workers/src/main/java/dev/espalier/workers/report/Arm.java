package dev.espalier.workers.report;

import dev.espalier.compression.evaluate.Measure;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One network of the report and all that is known of it. Start from {@link #of} and add what there
 * is; what is absent is not shown.
 *
 * @param stage how far along it stands
 * @param setting what it shares with the arms beside it, for instance {@code ratio 0.5}; empty for
 *     the dense network
 * @param measures its row of the result table
 * @param curves values by training step
 * @param marks where training was interrupted or taken back
 * @param conditionNumbers largest over smallest singular value of each weight, by weight name
 * @param spectra all singular values of a few weights
 * @param weights what is known of the singular values of all its weights
 * @param power exponent put on the singular values to make it; 1 where none was
 * @param widths channels of each pruning group before and after
 * @param samples grid of images; every arm's is drawn from the same noise, in the same order
 */
public record Arm(
    Stage stage,
    String setting,
    @Nullable Measures measures,
    List<Curve> curves,
    List<Mark> marks,
    Map<String, Double> conditionNumbers,
    List<Spectrum> spectra,
    @Nullable WeightSpectra weights,
    double power,
    List<Width> widths,
    @Nullable Picture samples) {

  public Arm {
    curves = List.copyOf(curves);
    marks = List.copyOf(marks);
    conditionNumbers = Collections.unmodifiableMap(new LinkedHashMap<>(conditionNumbers));
    spectra = List.copyOf(spectra);
    widths = List.copyOf(widths);
  }

  /** An arm of which nothing is known yet. */
  public static Arm of(Stage stage, String setting) {
    return new Arm(
        stage, setting, null, List.of(), List.of(), Map.of(), List.of(), null, 1, List.of(), null);
  }

  public Arm with(Measures measured) {
    return new Arm(
        stage,
        setting,
        measured,
        curves,
        marks,
        conditionNumbers,
        spectra,
        weights,
        power,
        widths,
        samples);
  }

  public Arm withCurves(List<Curve> drawn, List<Mark> interruptions) {
    return new Arm(
        stage,
        setting,
        measures,
        drawn,
        interruptions,
        conditionNumbers,
        spectra,
        weights,
        power,
        widths,
        samples);
  }

  public Arm withSpectra(Map<String, Double> conditions, List<Spectrum> few) {
    return new Arm(
        stage, setting, measures, curves, marks, conditions, few, weights, power, widths, samples);
  }

  public Arm with(WeightSpectra all) {
    return new Arm(
        stage,
        setting,
        measures,
        curves,
        marks,
        conditionNumbers,
        spectra,
        all,
        power,
        widths,
        samples);
  }

  public Arm scaledBy(double exponent) {
    return new Arm(
        stage,
        setting,
        measures,
        curves,
        marks,
        conditionNumbers,
        spectra,
        weights,
        exponent,
        widths,
        samples);
  }

  public Arm withWidths(List<Width> changed) {
    return new Arm(
        stage,
        setting,
        measures,
        curves,
        marks,
        conditionNumbers,
        spectra,
        weights,
        power,
        changed,
        samples);
  }

  public Arm withSamples(Picture grid) {
    return new Arm(
        stage,
        setting,
        measures,
        curves,
        marks,
        conditionNumbers,
        spectra,
        weights,
        power,
        widths,
        grid);
  }

  /** How far a network has come; the order is the order of rows, legends and grids. */
  public enum Stage {
    DENSE("dense"),
    PRUNED("pruned"),
    SCALED("scaled"),
    DRAWN("drawn anew"),
    FINETUNED("finetuned"),
    SVS_FINETUNED("+ SVS, finetuned"),
    DRAWN_FINETUNED("drawn anew, finetuned");

    private final String label;

    Stage(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }

    /** Name of the style class that gives this stage its one colour throughout the page. */
    String style() {
      return "s-" + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One row of the result table. The two lists have a value per seed; what is not finite was not
   * taken and is left out.
   *
   * @param parameters learnable scalars
   * @param macs multiply-accumulates of one forward pass of one image
   * @param frechetDistance lower is better
   * @param ssim structural similarity with the dense network's images from the same noise, to 1
   * @param imagesPerSecond sampling throughput
   * @param seconds wall-clock time this arm took to make, all its own stages together
   * @param first all measures of the first seed, with their intervals
   */
  public record Measures(
      long parameters,
      long macs,
      List<Double> frechetDistance,
      List<Double> ssim,
      double imagesPerSecond,
      double seconds,
      List<Measure> first) {
    /** Without intervals and further measures. */
    public Measures(
        long parameters,
        long macs,
        List<Double> frechetDistance,
        List<Double> ssim,
        double imagesPerSecond,
        double seconds) {
      this(parameters, macs, frechetDistance, ssim, imagesPerSecond, seconds, List.of());
    }

    public Measures {
      first = List.copyOf(first);
      frechetDistance = frechetDistance.stream().filter(Double::isFinite).toList();
      ssim = ssim.stream().filter(Double::isFinite).toList();
    }
  }

  /**
   * One quantity by training step; curves of the same quantity share a chart.
   *
   * @param quantity what the vertical axis says, for instance {@code validation loss}
   */
  public record Curve(String quantity, List<Point> points) {
    public Curve {
      points = List.copyOf(points);
    }
  }

  /** A value at a training step. */
  public record Point(double step, double value) {}

  /**
   * Training went on from an earlier step.
   *
   * @param event what had happened, in a word or two: {@code resumed}, {@code taken back}
   * @param from step that it went on from
   * @param reached last step known to have been done before; those beyond {@code from} were done
   *     twice
   */
  public record Mark(String event, int from, int reached) {}

  /** Singular values of one weight, largest first, as the matrix [out, in · kh · kw]. */
  public record Spectrum(String weight, List<Double> values) {
    public Spectrum {
      values = List.copyOf(values);
    }
  }

  /** Channels of one pruning group before and after pruning. */
  public record Width(String group, int before, int after) {}
}
