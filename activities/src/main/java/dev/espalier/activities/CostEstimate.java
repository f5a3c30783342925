package dev.espalier.activities;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.Timesteps;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.prune.DependencyGraph;
import dev.espalier.compression.prune.Importances;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.SvsActivity;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of dry runs would take on this machine: sizes from shapes, time and memory from a
 * {@link CostProbe}. One estimate serves all arms of a sweep, which share what they have in common.
 * Not counted are precision and recall, saving, and waiting for a store.
 */
public final class CostEstimate {
  private static final int SCHEDULE = 1000;

  private final Workbench bench;
  private final boolean probe;
  private final Map<String, LoadedNetwork> networks = new HashMap<>();
  private final ProbedRates rates;
  private final Set<String> calibrated = new HashSet<>();
  private final Set<String> seen = new HashSet<>();

  /**
   * What one step takes.
   *
   * @param seconds at most, where a threshold may end it earlier; absent without a probe
   * @param memoryBytes largest resident memory of the process; absent without a probe, and where
   *     the system does not tell
   * @param storageBytes put on the shelf to stay
   */
  public record Cost(@Nullable Double seconds, @Nullable Long memoryBytes, long storageBytes) {}

  /**
   * What a plan makes of its network.
   *
   * @param exact whether the pruned sizes follow from the plan alone; a ranking over all groups
   *     makes them depend on scores
   */
  public record Sizes(Complexity dense, Complexity pruned, boolean exact) {}

  /**
   * @param dry whose steps are estimated
   * @param probe whether to time a few steps; else time and memory stay unknown
   */
  public CostEstimate(DryRun dry, boolean probe) {
    this.bench = dry.bench();
    this.probe = probe;
    this.rates = new ProbedRates(bench, probe);
  }

  /** Parameters and multiply-accumulates of the dense and the pruned network. */
  public Sizes sizes(DryRun.Outcome outcome) throws IOException {
    CompressionPlan plan = outcome.plan();
    LoadedNetwork dense = network(plan.dense());
    Map<String, int[]> pruned = dense.weights().shapes();
    boolean exact = true;
    for (DryRun.Step step : outcome.steps()) {
      if (step.request() instanceof PruneActivity.Request request) {
        pruned = pruned(dense, step, request.config());
        exact = step.reused() || !request.config().isGlobal();
      }
    }
    return new Sizes(dense.complexity(), Complexity.of(dense.network(), pruned), exact);
  }

  /** The cost of every step that is not on the shelf, by its result. */
  public Map<Artifact, Cost> costs(DryRun.Outcome outcome) throws IOException {
    CompressionPlan plan = outcome.plan();
    LoadedNetwork dense = network(plan.dense());
    StoredArtifact stored = bench.networks().get(plan.dense());
    ImageDataset data = bench.data("plan", plan.data(), stored);
    Map<Artifact, Map<String, int[]>> shapes = new HashMap<>();
    shapes.put(plan.dense(), dense.weights().shapes());
    if (probe) warmUp();
    Map<Artifact, Cost> costs = new HashMap<>();
    for (DryRun.Step step : outcome.steps()) {
      Cost cost = cost(step, dense, data, shapes);
      if (!step.reused()) costs.put(step.result(), cost);
    }
    return costs;
  }

  /** So that the engine's own memory and its start are no part of what is measured. */
  private static void warmUp() {
    CostProbe.decomposition(Map.of("warm.weight", new int[] {64, 64}));
  }

  private Cost cost(
      DryRun.Step step,
      LoadedNetwork dense,
      ImageDataset data,
      Map<Artifact, Map<String, int[]>> shapes)
      throws IOException {
    if (step.request() instanceof PruneActivity.Request request) {
      Map<String, int[]> pruned = pruned(dense, step, request.config());
      shapes.put(step.result(), pruned);
      return prune(step, request, dense, pruned, data);
    }
    if (step.request() instanceof SvsActivity.Request request) {
      Map<String, int[]> same = of(shapes, request.network());
      shapes.put(step.result(), same);
      long memory = 12 * CostProbe.parameters(same);
      return made(step, rates.decomposition(dense, same), memory, network(same));
    }
    if (step.request() instanceof FinetuneActivity.Request request) {
      Map<String, int[]> same = of(shapes, request.network());
      shapes.put(step.result(), same);
      return finetune(step, request.config(), dense, same, data);
    }
    EvaluateActivity.Request request = (EvaluateActivity.Request) step.request();
    return evaluate(step, request, dense, of(shapes, request.network()), data);
  }

  private Cost prune(
      DryRun.Step step,
      PruneActivity.Request request,
      LoadedNetwork dense,
      Map<String, int[]> pruned,
      ImageDataset data) {
    PruneConfig config = request.config();
    int statistics = Importances.statistics(config.criterion()).size();
    boolean measures = statistics > 0 && calibrated.add(calibration(request)) && !step.reused();
    double storage = network(pruned) + (measures ? statistics * weights(dense) : 0);
    double seconds = rates.decomposition(dense, pruned);
    double memory = 12.0 * weights(dense) / 4;
    if (measures && probe) {
      CostProbe.Rate rate = rates.calibration(dense, data, config);
      int images = Math.min(config.calibrationImages(), data.trainable());
      seconds += (double) statistics * timesteps(config) * config.cuts() * rate.seconds(images);
      memory += rate.bytesPerImage() * images;
    }
    return made(step, seconds, memory, storage);
  }

  /** Timesteps that are looked at where no threshold ends it. */
  private static int timesteps(PruneConfig config) {
    Integer most = config.timesteps();
    int window = most == null ? SCHEDULE : Math.min(SCHEDULE, most);
    return (window + config.timestepStride() - 1) / config.timestepStride();
  }

  /** What prunings with the same statistics have in common. */
  private static String calibration(PruneActivity.Request request) {
    ObjectNode config = Json.MAPPER.valueToTree(request.config());
    config.remove(List.of("ratio", "scope", "floor", "floors", "roundTo", "criterion"));
    Set<?> statistics = Importances.statistics(request.config().criterion());
    Object window = Importances.gradients(request.config().criterion());
    return request.network() + request.data() + config + statistics + window;
  }

  private Cost finetune(
      DryRun.Step step,
      FinetuneConfig config,
      LoadedNetwork dense,
      Map<String, int[]> shapes,
      ImageDataset data) {
    double parameters = CostProbe.parameters(shapes);
    double storage = network(shapes) + 2 * 16 * parameters + 150.0 * config.steps();
    if (!probe || step.reused()) return made(step, 0, 0, storage);
    CostProbe.Rate training = rates.training(dense, shapes, data, config);
    CostProbe.Rate forward = rates.sampling(dense, shapes, EvaluateConfig.defaults());
    boolean taught = config.distillation() > 0;
    double validations = Math.ceil((double) config.steps() / config.validateEvery());
    double seconds =
        config.steps() * training.seconds(config.batch())
            + validations * ImageDataset.HELD_OUT * forward.seconds(64) / 64
            + rates.decomposition(dense, shapes);
    if (taught) {
      double one =
          rates.sampling(dense, dense.weights().shapes(), EvaluateConfig.defaults()).seconds(64);
      seconds += config.steps() * one / 64 * config.batch();
    }
    double memory =
        20 * parameters + (taught ? weights(dense) : 0) + training.bytesPerImage() * config.batch();
    return made(step, seconds, memory, storage);
  }

  private Cost evaluate(
      DryRun.Step step,
      EvaluateActivity.Request request,
      LoadedNetwork dense,
      Map<String, int[]> shapes,
      ImageDataset data)
      throws IOException {
    EvaluateConfig config = request.config();
    int[] image = dense.network().sampleShape();
    double samples = (double) config.samples() * image[0] * image[1] * image[2];
    if (!probe || step.reused()) return made(step, 0, 0, samples + 100_000);
    CostProbe.Rate rate = rates.sampling(dense, shapes, config);
    double batches = Math.ceil((double) config.samples() / config.batch());
    double look = rates.extraction(config, image);
    boolean first = seen.add(request.data() + " " + config.extractor());
    double seconds =
        batches * passes(config) * rate.seconds(config.batch())
            + look * (config.samples() + (first ? data.size() : 0));
    double memory =
        4.0 * CostProbe.parameters(shapes) + rate.bytesPerImage() * config.batch() + 2 * samples;
    return made(step, seconds, memory, samples + 100_000);
  }

  /** Forward passes for one batch: a timestep that is repeated costs none. */
  private static int passes(EvaluateConfig config) {
    int[] path = Timesteps.named(config.spacing()).descending(SCHEDULE, config.steps());
    int passes = path.length;
    for (int i = 0; i + 1 < path.length; i++) if (path[i] == path[i + 1]) passes--;
    return passes;
  }

  private Cost made(DryRun.Step step, double seconds, double memory, double storage) {
    if (step.reused()) return new Cost(0.0, 0L, 0);
    long base = probe ? PeakMemory.now() : 0;
    return new Cost(
        probe ? seconds : null, base == 0 ? null : base + Math.round(memory), Math.round(storage));
  }

  private LoadedNetwork network(Artifact artifact) throws IOException {
    LoadedNetwork known = networks.get(artifact.key());
    if (known == null) {
      known = LoadedNetwork.read(bench.networks().get(artifact));
      networks.put(artifact.key(), known);
    }
    return known;
  }

  private Map<String, int[]> pruned(LoadedNetwork dense, DryRun.Step step, PruneConfig config)
      throws IOException {
    if (step.reused()) return network(step.result()).weights().shapes();
    Map<String, int[]> shapes = dense.weights().shapes();
    return DependencyGraph.of(dense.network(), shapes)
        .shapes(shapes, config.ratio(), config.widths());
  }

  private static Map<String, int[]> of(Map<Artifact, Map<String, int[]>> shapes, Artifact network) {
    Map<String, int[]> known = shapes.get(network);
    if (known == null) throw new IllegalStateException(network + " comes before its maker");
    return known;
  }

  /** Bytes of a network with its spectrum, as text. */
  private static double network(Map<String, int[]> shapes) {
    double values =
        shapes.values().stream()
            .filter(shape -> shape.length >= 2)
            .mapToDouble(shape -> shape[0])
            .sum();
    return 4.0 * CostProbe.parameters(shapes) + 20 * values;
  }

  private static double weights(LoadedNetwork network) {
    return 4.0 * CostProbe.parameters(network.weights().shapes());
  }

  /** Device, threads and version that were probed. */
  public static String environment() {
    try (Torch.Session session = Torch.open()) {
      return session.environment();
    }
  }
}
