package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.shelf.Staging;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.prune.ChannelPruner;
import dev.espalier.compression.prune.GradientAccumulation;
import dev.espalier.compression.prune.Importances;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.PruneActivity;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prunes a network by the gradients its criterion asks for. The gradients do not depend on the
 * ratio and are an artifact of their own: pruning at another ratio takes them from the shelf.
 */
public final class PruneStage implements PruneActivity {
  private static final String STAGE = "prune";
  private static final int ALGORITHM = 1;
  private static final NoiseSchedule SCHEDULE = NoiseSchedule.ddpm();

  private final Workbench bench;

  public PruneStage(Workbench bench) {
    this.bench = bench;
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

  /** What determines accumulated gradients. */
  private record Calibration(
      Importances.Gradients gradients,
      double threshold,
      int calibrationImages,
      int timestepStride,
      long seed) {
    static Calibration of(PruneConfig c) {
      Importances.Gradients kind = Importances.gradients(c.criterion());
      boolean cut = kind == Importances.Gradients.UNTIL_THRESHOLD;
      return new Calibration(
          kind, cut ? c.threshold() : 0, c.calibrationImages(), c.timestepStride(), c.seed());
    }
  }

  private record Accumulated(List<Double> losses, int timesteps) {}

  @Override
  public Result prune(Request request) {
    StoredArtifact dense = bench.networks().get(request.network());
    ImageDataset data = bench.data(STAGE, request.data(), dense);
    List<String> inputs = List.of(BaseNetworks.identity(dense), data.fingerprint());
    PruneConfig config = request.config();
    DurableStage.Done done =
        bench.run(
            request.run(),
            STAGE,
            ALGORITHM,
            config,
            inputs,
            (step, staging) -> {
              LoadedNetwork network = LoadedNetwork.read(dense);
              StateDict gradients = new StateDict(Map.of());
              int timesteps = 0;
              if (Importances.gradients(config.criterion()) != Importances.Gradients.NONE) {
                StoredArtifact made = gradients(request, network, data, inputs);
                gradients = Safetensors.read(made.fetch("gradients.safetensors")).tensors();
                timesteps = made.numbers().get("timesteps").asInt();
              }
              write(staging, step, network, gradients, config, timesteps, data.skipped());
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

  private StoredArtifact gradients(
      Request request, LoadedNetwork network, ImageDataset data, List<String> inputs) {
    return bench
        .run(
            request.run(),
            STAGE,
            ALGORITHM,
            Calibration.of(request.config()),
            inputs,
            (step, staging) -> {
              try (Torch.Session session = Torch.open()) {
                GradientAccumulation sums =
                    GradientAccumulation.of(
                        session,
                        network.network(),
                        network.weights(),
                        data,
                        SCHEDULE,
                        request.config(),
                        t -> step.liveness().beat(StageProgress.of(STAGE, t, SCHEDULE.steps())));
                staging
                    .add("gradients.safetensors", Safetensors.toBytes(sums.gradients(), Map.of()))
                    .numbers(new Accumulated(sums.losses(), sums.timesteps()));
              }
            })
        .artifact();
  }

  private static void write(
      Staging staging,
      DurableStage.Step step,
      LoadedNetwork network,
      StateDict gradients,
      PruneConfig config,
      int timesteps,
      int skippedImages)
      throws IOException {
    StateDict weights = network.weights().toFloat32();
    ChannelPruner.Pruned pruned =
        ChannelPruner.prune(network.network(), weights, gradients, config);
    Complexity before = network.complexity();
    Complexity after = Complexity.of(network.network(), pruned.weights().shapes());
    NetworkSpectrum.add(staging, SpectrumReport.of(pruned.weights()))
        .add(LoadedNetwork.CONFIG, Json.pretty(network.config()).getBytes(UTF_8))
        .add(
            LoadedNetwork.WEIGHTS,
            Safetensors.toBytes(
                pruned.weights(), Map.of("espalier.pruned", Json.write(keptByRoot(pruned)))))
        .add("cuts.json", Json.pretty(pruned.cuts()).getBytes(UTF_8))
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
