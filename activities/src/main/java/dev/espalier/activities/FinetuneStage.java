package dev.espalier.activities;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.finetune.Denoising;
import dev.espalier.compression.finetune.Distillation;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.Objective;
import dev.espalier.compression.finetune.Restart;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.FinetuneActivity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trains a pruned network on, alone or taught by another one; what it hands on are the averaged
 * weights.
 */
public final class FinetuneStage implements FinetuneActivity {
  private static final String STAGE = "finetune";
  private static final int ALGORITHM = 1;

  private final Workbench bench;

  public FinetuneStage(Workbench bench) {
    this.bench = bench;
  }

  /**
   * What a training's manifest notes.
   *
   * @param environment what the attempt that finished it ran on
   * @param environments what its steps ran on, where that is not the same for all: the result is
   *     then not bit for bit that of an uninterrupted training
   * @param extended key of the training whose checkpoint it went on from, if that was not its own
   * @param restarts where it was taken back, and why
   * @param stallSeconds for which the finishing attempt's steps waited for copies of the state
   * @param checkpoints begun by the finishing attempt beside its steps
   * @param resumes every interruption it went on from; absent where there was none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Numbers(
      int steps,
      int resumedFrom,
      double loss,
      double validationLoss,
      int skippedImages,
      String environment,
      double seconds,
      @Nullable List<Section> environments,
      @Nullable String extended,
      @Nullable List<Restart> restarts,
      @Nullable Double stallSeconds,
      @Nullable Integer checkpoints,
      @Nullable List<Resume> resumes) {
    static Numbers of(
        DurableTraining.Trained trained,
        ImageDataset data,
        Torch.Session session,
        DurableStage.Step step) {
      return new Numbers(
          trained.state().step(),
          trained.resumedFrom(),
          trained.curve().loss(),
          trained.curve().validationLoss(),
          data.skipped(),
          session.environment(),
          step.meters().seconds(),
          trained.sections().size() > 1 ? trained.sections() : null,
          trained.extended(),
          trained.state().restarts().isEmpty() ? null : trained.state().restarts(),
          trained.stallSeconds(),
          trained.checkpoints(),
          trained.resumes().isEmpty() ? null : trained.resumes());
    }
  }

  @Override
  public Result finetune(Request request) {
    StoredArtifact input = bench.networks().get(request.network());
    ImageDataset data = bench.data(STAGE, request.data(), input);
    DurableStage.Done done =
        bench.run(
            request.run(),
            STAGE,
            ALGORITHM,
            request.config(),
            inputs(request, input, data),
            (step, staging) -> {
              LoadedNetwork network = LoadedNetwork.read(input);
              try (Torch.Session session = Torch.open();
                  Teaching teaching = teaching(session, network, data, request)) {
                DurableTraining.Trained trained =
                    DurableTraining.run(
                        session,
                        STAGE,
                        step,
                        request.config(),
                        () -> TrainingState.start(network.weights()),
                        teaching.objective());
                NetworkSpectrum.add(staging, SpectrumReport.of(trained.state().average()))
                    .add(LoadedNetwork.CONFIG, input.bytes(LoadedNetwork.CONFIG))
                    .add(
                        LoadedNetwork.WEIGHTS,
                        trained.state().average(),
                        network.content().metadata())
                    .add(CurveLog.PART, trained.curve().bytes())
                    .numbers(Numbers.of(trained, data, session, step));
              }
            });
    Numbers n = Json.bind(done.artifact().numbers(), Numbers.class, done.artifact().prefix());
    return new Result(
        new Artifact(done.artifact().prefix()),
        n.steps(),
        n.resumedFrom(),
        n.loss(),
        n.validationLoss(),
        done.reused(),
        n.seconds());
  }

  private List<String> inputs(Request request, StoredArtifact input, ImageDataset data) {
    List<String> inputs =
        new ArrayList<>(List.of(BaseNetworks.identity(input), data.fingerprint()));
    if (request.teacher() != null) {
      inputs.add(BaseNetworks.identity(bench.networks().get(request.teacher())));
    }
    return inputs;
  }

  /** What is minimised, and what is to be freed after it. */
  private record Teaching(Objective objective, Runnable end) implements AutoCloseable {
    @Override
    public void close() {
      end.run();
    }
  }

  private Teaching teaching(
      Torch.Session session, LoadedNetwork network, ImageDataset data, Request request)
      throws IOException {
    FinetuneConfig config = request.config();
    Denoising alone = new Denoising(session, network.network(), data, NoiseSchedule.ddpm(), config);
    if (request.teacher() == null) return new Teaching(alone, () -> {});
    LoadedNetwork teacher = LoadedNetwork.read(bench.networks().get(request.teacher()));
    data.requireShape(teacher.network().sampleShape());
    Distillation taught =
        new Distillation(session, alone, teacher.network(), teacher.weights(), config);
    return new Teaching(taught, taught::close);
  }
}
