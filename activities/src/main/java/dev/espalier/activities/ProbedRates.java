package dev.espalier.activities;

import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.prune.PruneConfig;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a {@link CostProbe} measured, each thing once, for networks of the shapes that come up. */
final class ProbedRates {
  /** Networks of so many different sizes are probed; others are told from the nearest by MACs. */
  private static final int PROBED = 3;

  private final Workbench bench;
  private final boolean probe;
  private final Map<String, Map<Complexity, CostProbe.Rate>> rates = new HashMap<>();
  private final Map<Complexity, Double> decompositions = new HashMap<>();
  private final Map<String, Double> extractions = new HashMap<>();

  ProbedRates(Workbench bench, boolean probe) {
    this.bench = bench;
    this.probe = probe;
  }

  /** One timestep of one statistic, on {@code dense} itself. */
  CostProbe.Rate calibration(LoadedNetwork dense, ImageDataset data, PruneConfig config) {
    return rate(
        "calibration " + config.criterion(),
        dense,
        dense.weights().shapes(),
        shapes -> CostProbe.calibration(dense, data, config));
  }

  /** One optimizer step of a network like {@code dense}, as wide as {@code shapes} say. */
  CostProbe.Rate training(
      LoadedNetwork dense, Map<String, int[]> shapes, ImageDataset data, FinetuneConfig config) {
    return rate(
        "training " + config.precision() + " " + config.batch(),
        dense,
        shapes,
        s -> CostProbe.training(dense.network(), s, data, config));
  }

  /** One step of the sampler, as {@link #training}. */
  CostProbe.Rate sampling(LoadedNetwork dense, Map<String, int[]> shapes, EvaluateConfig config) {
    return rate(
        "sampling " + config.batch(), dense, shapes, s -> CostProbe.sampling(dense, s, config));
  }

  /** The extractor's look at one image, in seconds. */
  double extraction(EvaluateConfig config, int[] image) throws IOException {
    Double known = extractions.get(config.extractor());
    if (known == null) {
      known = CostProbe.extraction(NamedExtractor.of(bench, config.extractor()), image);
      extractions.put(config.extractor(), known);
    }
    return known;
  }

  /** All singular values of a network's weights, in seconds; 0 without a probe. */
  double decomposition(LoadedNetwork dense, Map<String, int[]> shapes) {
    if (!probe) return 0;
    return decompositions.computeIfAbsent(
        Complexity.of(dense.network(), shapes), size -> CostProbe.decomposition(shapes));
  }

  private interface Measuring {
    CostProbe.Rate of(Map<String, int[]> shapes);
  }

  /** Measured, or told from the measured network whose cost is nearest. */
  private CostProbe.Rate rate(
      String work, LoadedNetwork dense, Map<String, int[]> shapes, Measuring measuring) {
    Map<Complexity, CostProbe.Rate> known = rates.computeIfAbsent(work, w -> new HashMap<>());
    Complexity size = Complexity.of(dense.network(), shapes);
    CostProbe.Rate same = known.get(size);
    if (same != null) return same;
    Optional<Complexity> nearest =
        known.keySet().stream().min((a, b) -> Long.compare(apart(a, size), apart(b, size)));
    if (known.size() >= PROBED && nearest.isPresent()) {
      Complexity near = nearest.get();
      CostProbe.Rate rate = known.get(near);
      if (rate != null) return rate.scaled((double) size.macs() / near.macs());
    }
    CostProbe.Rate measured = measuring.of(shapes);
    known.put(size, measured);
    return measured;
  }

  private static long apart(Complexity a, Complexity b) {
    return Math.abs(a.macs() - b.macs());
  }
}
