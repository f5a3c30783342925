package dev.espalier.workers.process;

import dev.espalier.activities.NetworkSpectrum;
import dev.espalier.activities.Workbench;
import dev.espalier.compression.svs.LogHistogram;
import dev.espalier.compression.svs.Spectrum;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.workers.report.Arm;
import dev.espalier.workers.report.WeightSpectra;
import dev.espalier.workflows.Artifact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds to the networks of a report what their stored spectra say. */
final class SpectrumReading {
  /** Spectra are drawn for so many weights, spread over the network. */
  private static final int DRAWN = 3;

  private final NetworkSpectrum stored;
  private final Map<String, SpectrumReport> read = new LinkedHashMap<>();

  SpectrumReading(Workbench bench) {
    stored = new NetworkSpectrum(bench);
  }

  /** The largest singular value of a network's weights. */
  double largest(Artifact network) {
    try {
      return report(network).largest();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private SpectrumReport report(Artifact network) throws IOException {
    SpectrumReport report = read.get(network.key());
    if (report == null) {
      report = stored.of(network);
      read.put(network.key(), report);
    }
    return report;
  }

  Arm of(Arm arm, Artifact network) throws IOException {
    SpectrumReport report = report(network);
    Map<String, Double> conditions = new LinkedHashMap<>();
    report.tensors().forEach(t -> conditions.put(t.key(), t.condition()));
    return arm.withSpectra(conditions, few(report)).with(all(report));
  }

  private static List<Arm.Spectrum> few(SpectrumReport report) {
    List<Spectrum> square =
        report.tensors().stream()
            .filter(t -> t.key().endsWith(".conv2.weight") && t.rows() > 4)
            .toList();
    List<Arm.Spectrum> few = new ArrayList<>();
    for (int i = 0; i < Math.min(DRAWN, square.size()); i++) {
      Spectrum s = square.get(i * (square.size() - 1) / Math.max(1, DRAWN - 1));
      few.add(new Arm.Spectrum(s.key(), s.values()));
    }
    return few;
  }

  private static WeightSpectra all(SpectrumReport report) {
    LogHistogram histogram = report.histogram();
    List<WeightSpectra.Bin> bins = new ArrayList<>();
    for (int i = 0; i < histogram.counts().size(); i++) {
      bins.add(
          new WeightSpectra.Bin(
              histogram.edge(i), histogram.edge(i + 1), histogram.counts().get(i)));
    }
    return new WeightSpectra(
        report.largest(),
        report.smallest(),
        report.medianCondition(),
        report.largestCondition(),
        report.medianStableRank(),
        report.medianEffectiveRank(),
        bins,
        report.tensors().stream()
            .map(
                s ->
                    new WeightSpectra.Weight(
                        s.key(),
                        s.rows(),
                        s.columns(),
                        s.max(),
                        s.min(),
                        s.condition(),
                        s.stableRank(),
                        s.effectiveRank()))
            .toList());
  }
}
