package dev.espalier.workers.report;

import dev.espalier.workers.report.Arm.Point;
import dev.espalier.workers.report.Arm.Spectrum;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The singular values of one weight in several networks, sorted, on a logarithmic axis. */
final class SpectrumChart {
  private SpectrumChart() {}

  static Tag draw(String weight, List<Arm> arms) {
    List<LineChart.Line> lines = new ArrayList<>();
    for (Arm arm : arms) {
      arm.spectra().stream()
          .filter(s -> s.weight().equals(weight))
          .forEach(s -> lines.add(line(arm, s)));
    }
    List<Point> points = lines.stream().flatMap(l -> l.points().stream()).toList();
    Axis x = Plot.horizontal(points.stream().map(Point::step).toList());
    Axis y = Plot.verticalLogarithmic(points.stream().map(Point::value).toList());
    Tag svg = Plot.frame(x, y, "rank", "singular value σ", "Sorted singular values of " + weight);
    return Plot.figure(weight, LineChart.draw(svg, x, y, lines));
  }

  private static LineChart.Line line(Arm arm, Spectrum spectrum) {
    List<Double> sigma = spectrum.values();
    List<Point> points =
        IntStream.range(0, sigma.size()).mapToObj(i -> new Point(i + 1, sigma.get(i))).toList();
    return new LineChart.Line(arm.stage().label(), arm.stage().style(), points, false);
  }
}
