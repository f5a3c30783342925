package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.shelf.Staging;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.prune.ChannelPruner;
import dev.espalier.compression.prune.ImportanceReport;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.PruneActivity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prunes a network by the statistics its criterion asks for, which {@link MeasuredStatistics} keeps
 * apart: pruning at another ratio takes them from the shelf.
 */
public final class PruneStage implements PruneActivity {
  static final String STAGE = "prune";
  static final int ALGORITHM = 1;

  private final Workbench bench;
  private final Duration saveEvery;

  public PruneStage(Workbench bench) {
    this(bench, PartialResults.INTERVAL);
  }

  /** Partial results are saved after {@code saveEvery} of work. */
  PruneStage(Workbench bench, Duration saveEvery) {
    this.bench = bench;
    this.saveEvery = saveEvery;
  }

  /** Kept channels and scores of one group, as shown beside the pruned network. */
  private record Numbers(
      long parametersBefore,
      long parametersAfter,
      long macsBefore,
      long macsAfter,
      int timestepsUsed,
      int skippedImages,
      double seconds) {}

  @Override
  public Result prune(Request request) {
    StoredArtifact dense = bench.networks().get(request.network());
    ImageDataset data = bench.data(STAGE, request.data(), dense);
    List<String> measuredOn = List.of(BaseNetworks.identity(dense), data.fingerprint());
    Artifact base = request.base();
    StoredArtifact widest = base == null ? null : bench.networks().get(base);
    List<String> inputs = new ArrayList<>(measuredOn);
    if (widest != null) inputs.add(BaseNetworks.identity(widest));
    DurableStage.Done done =
        bench.run(
            request.run(),
            STAGE,
            ALGORITHM,
            request.config(),
            inputs,
            (step, staging) -> {
              LoadedNetwork network = LoadedNetwork.read(dense);
              StateDict widths =
                  widest == null ? network.weights() : LoadedNetwork.read(widest).weights();
              MeasuredStatistics measured =
                  new MeasuredStatistics(
                      bench,
                      request,
                      network.network(),
                      data,
                      measuredOn,
                      widest == null ? null : BaseNetworks.identity(widest),
                      saveEvery);
              ChannelPruner.Pruned pruned =
                  ChannelPruner.prune(
                      network.network(),
                      network.weights().toFloat32(),
                      widths.shapes(),
                      request.config(),
                      measured);
              write(
                  staging,
                  step,
                  network,
                  pruned,
                  request.config(),
                  measured.timesteps(),
                  data.skipped());
            });
    Numbers n = Json.bind(done.artifact().numbers(), Numbers.class, done.artifact().prefix());
    return new Result(
        new Artifact(done.artifact().prefix()),
        n.parametersBefore(),
        n.parametersAfter(),
        n.macsBefore(),
        n.macsAfter(),
        n.timestepsUsed(),
        done.reused(),
        n.seconds());
  }

  private static void write(
      Staging staging,
      DurableStage.Step step,
      LoadedNetwork network,
      ChannelPruner.Pruned pruned,
      PruneConfig config,
      int timesteps,
      int skippedImages)
      throws IOException {
    Complexity before = network.complexity();
    Complexity after = Complexity.of(network.network(), pruned.weights().shapes());
    NetworkSpectrum.add(staging, SpectrumReport.of(pruned.weights()))
        .add(LoadedNetwork.CONFIG, Json.pretty(network.config()).getBytes(UTF_8))
        .add(
            LoadedNetwork.WEIGHTS,
            pruned.weights(),
            Map.of("espalier.pruned", Json.write(keptByRoot(pruned))))
        .add("cuts.json", Json.pretty(pruned.cuts()).getBytes(UTF_8))
        .add(
            ImportanceReport.PART,
            Json.pretty(ImportanceReport.of(config, pruned.cuts())).getBytes(UTF_8))
        .numbers(
            new Numbers(
                before.parameters(),
                after.parameters(),
                before.macs(),
                after.macs(),
                timesteps,
                skippedImages,
                step.meters().seconds()));
  }

  private static Map<String, List<Integer>> keptByRoot(ChannelPruner.Pruned pruned) {
    Map<String, List<Integer>> kept = new LinkedHashMap<>();
    for (ChannelPruner.Cut cut : pruned.cuts()) kept.put(cut.root(), cut.kept());
    return kept;
  }
}
