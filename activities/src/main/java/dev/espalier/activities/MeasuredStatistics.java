package dev.espalier.activities;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.prune.Calibration;
import dev.espalier.compression.prune.CalibrationLoop;
import dev.espalier.compression.prune.ChannelPruner;
import dev.espalier.compression.prune.Importances;
import dev.espalier.compression.prune.Importances.Gradients;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.prune.Statistic;
import dev.espalier.compression.prune.Statistics;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workflows.PruneActivity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Statistics as artifacts of their own, one for each kind, found on the shelf or measured. Their
 * keys hold what determines them and nothing else: neither the criterion nor the ratio, but for
 * what a round of several is measured on.
 */
final class MeasuredStatistics implements ChannelPruner.Measurement {
  private static final NoiseSchedule SCHEDULE = NoiseSchedule.ddpm();

  private final Workbench bench;
  private final String run;
  private final Network network;
  private final ImageDataset data;
  private final PruneConfig config;
  private final List<String> inputs;
  private final @Nullable String base;
  private final Duration saveEvery;
  private int timesteps;

  /**
   * @param request of the stage that asks
   * @param inputs the network to prune and the data
   * @param base the network whose widths the ratio is a share of, where it is another
   * @param saveEvery of work
   */
  MeasuredStatistics(
      Workbench bench,
      PruneActivity.Request request,
      Network network,
      ImageDataset data,
      List<String> inputs,
      @Nullable String base,
      Duration saveEvery) {
    this.bench = bench;
    this.run = request.run();
    this.network = network;
    this.data = data;
    this.config = request.config();
    this.inputs = inputs;
    this.base = base;
    this.saveEvery = saveEvery;
  }

  /**
   * What determines one statistic; from {@code statistic} on, absent where it is what it was before
   * there was a choice.
   *
   * @param after the pruning whose {@code round} comes next, where the network is not the input
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Derivation(
      Gradients gradients,
      double threshold,
      int calibrationImages,
      int timestepStride,
      long seed,
      @Nullable Statistic statistic,
      @Nullable CalibrationLoop loop,
      @Nullable String timestepWeights,
      @Nullable Integer timesteps,
      @Nullable Earlier after) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Earlier(PruneConfig config, @Nullable String base, int round) {}

  /**
   * What a manifest notes.
   *
   * @param environments what it was summed on, where that is not the same for all timesteps
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Accumulated(
      List<Double> losses, int timesteps, @Nullable List<String> environments) {}

  /** Timesteps that entered the statistics of the last round; 0 if nothing was measured. */
  int timesteps() {
    return timesteps;
  }

  @Override
  public Statistics of(int round, StateDict weights) {
    Map<Statistic, StateDict> sums = new EnumMap<>(Statistic.class);
    for (Statistic kind : Importances.statistics(config.criterion())) {
      StoredArtifact made = measured(kind, round, weights);
      try {
        sums.put(kind, Safetensors.read(made.fetch(part(kind))).tensors());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      timesteps = made.numbers().get("timesteps").asInt();
    }
    return new Statistics(sums);
  }

  private StoredArtifact measured(Statistic kind, int round, StateDict weights) {
    DurableStage.Done done =
        bench.run(
            run,
            PruneStage.STAGE,
            PruneStage.ALGORITHM,
            derivation(kind, round),
            inputs,
            (step, staging) -> {
              try (Torch.Session session = Torch.open()) {
                PartialResults partial =
                    PartialResults.open(PruneStage.STAGE, step, session.environment(), saveEvery);
                Calibration c =
                    Calibration.of(
                        session, network, weights, data, SCHEDULE, config, kind, partial);
                staging
                    .add(part(kind), c.sums(), Map.of())
                    .numbers(new Accumulated(c.losses(), c.timesteps(), partial.environments()));
              }
            });
    return PartialResults.discard(bench.shelf(), done).artifact();
  }

  private Derivation derivation(Statistic kind, int round) {
    Gradients window = Importances.gradients(config.criterion());
    CalibrationLoop loop = config.compatibility().loop();
    return new Derivation(
        window,
        window == Gradients.UNTIL_THRESHOLD ? config.threshold() : 0,
        config.calibrationImages(),
        config.timestepStride(),
        config.seed(),
        kind == Statistic.GRADIENT ? null : kind,
        loop == CalibrationLoop.EXPERIMENT ? null : loop,
        config.timestepWeights(),
        config.timesteps(),
        round == 1 ? null : new Earlier(config, base, round));
  }

  private static String part(Statistic kind) {
    return kind == Statistic.GRADIENT
        ? "gradients.safetensors"
        : kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".safetensors";
  }
}
