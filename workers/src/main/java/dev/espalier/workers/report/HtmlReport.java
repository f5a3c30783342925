package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The report as one page: style, script, drawings and images are inside it, and its own policy
 * forbids the browser to fetch anything.
 */
public final class HtmlReport {
  private static final List<String> STYLES = List.of("report.css", "samples.css", "trials.css");
  private static final List<String> SCRIPTS =
      List.of("report.js", "samples.js", "charts.js", "trials.js");

  /** Of more settings the distances are left to the other charts. */
  private static final int MOST_ROWS = 40;

  private HtmlReport() {}

  /** The whole page. Every text in {@code data} appears as text, whatever characters it has. */
  public static String render(ReportData data) {
    Tag main = tag("main").add(Headline.draw(data));
    if (any(data, a -> a.measures() != null)) main.add(result(data));
    if (any(data, a -> a.measures() != null && !a.measures().first().isEmpty())) {
      main.add(MeasureTable.draw(data));
    }
    if (data.trials().size() > 1) main.add(Trials.draw(data));
    ParetoChart.draw(data).ifPresent(main::add);
    if (data.published() != null) {
      main.add(PublishedNumbers.draw(data.published(), data.protocol().extractor()));
    }
    if (!data.swept().isEmpty()) main.add(SweptQuantity.draw(data.swept(), data.arms()));
    if (any(data, a -> a.samples() != null)) main.add(SampleGrids.draw(data));
    if (any(data, a -> !a.curves().isEmpty())) main.add(TrainingCurves.draw(data));
    if (any(data, a -> !a.spectra().isEmpty())) main.add(Spectra.draw(data));
    if (any(data, a -> !a.widths().isEmpty())) main.add(Widths.draw(data));
    main.add(Notes.draw(data)).add(RunRecord.draw(data));
    return Page.of(data.run(), own(STYLES), body(main));
  }

  private static Tag result(ReportData data) {
    List<Tag> content = new ArrayList<>(List.of(ResultTable.draw(data)));
    boolean measured =
        any(data, a -> a.measures() != null && !a.measures().frechetDistance().isEmpty());
    if (measured && Arms.settings(data.arms()).size() <= MOST_ROWS) {
      content.add(Legend.of(Arms.measured(data.arms())));
      content.add(DistanceChart.draw(data));
    }
    return Section.of("result", "Result", "", content);
  }

  private static Tag body(Tag main) {
    return tag("body")
        .add(tag("button", "theme").with("type", "button").with("hidden", "hidden").text("Dark"))
        .add(main)
        .add(tag("script").raw(own(SCRIPTS)));
  }

  private static boolean any(ReportData data, Predicate<Arm> wanted) {
    return data.arms().stream().anyMatch(wanted);
  }

  private static String own(List<String> names) {
    return names.stream().map(HtmlReport::own).collect(Collectors.joining());
  }

  private static String own(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
