package dev.espalier.activities;

import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.finetune.Denoising;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.FinetuneActivity;
import java.util.List;

/** Trains a pruned network on; what it hands on are the averaged weights. */
public final class FinetuneStage implements FinetuneActivity {
  private static final String STAGE = "finetune";
  private static final int ALGORITHM = 1;

  private final Workbench bench;

  public FinetuneStage(Workbench bench) {
    this.bench = bench;
  }

  /** What a training's manifest notes. */
  record Numbers(
      int steps,
      int resumedFrom,
      double loss,
      double validationLoss,
      String environment,
      double seconds) {
    static Numbers of(
        DurableTraining.Trained trained, Torch.Session session, DurableStage.Step step) {
      return new Numbers(
          trained.state().step(),
          trained.resumedFrom(),
          trained.loss(),
          trained.curve().validationLoss(),
          session.environment(),
          step.meters().seconds());
    }
  }

  @Override
  public Result finetune(Request request) {
    StoredArtifact input = bench.networks().get(request.network());
    ImageDataset data = bench.datasets().load(request.data());
    DurableStage.Done done =
        bench.run(
            request.run(),
            STAGE,
            ALGORITHM,
            request.config(),
            List.of(BaseNetworks.identity(input), data.fingerprint()),
            (step, staging) -> {
              LoadedNetwork network = LoadedNetwork.read(input);
              try (Torch.Session session = Torch.open()) {
                DurableTraining.Trained trained =
                    DurableTraining.run(
                        session,
                        STAGE,
                        step,
                        request.config(),
                        () -> TrainingState.start(network.weights()),
                        new Denoising(
                            session,
                            network.network(),
                            data,
                            NoiseSchedule.ddpm(),
                            request.config()));
                NetworkSpectrum.add(staging, SpectrumReport.of(trained.state().average()))
                    .add(LoadedNetwork.CONFIG, input.bytes(LoadedNetwork.CONFIG))
                    .add(
                        LoadedNetwork.WEIGHTS,
                        Safetensors.toBytes(
                            trained.state().average(), network.content().metadata()))
                    .add(CurveLog.PART, trained.curve().bytes())
                    .numbers(Numbers.of(trained, session, step));
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
}
