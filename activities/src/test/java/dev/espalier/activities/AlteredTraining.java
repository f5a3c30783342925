package dev.espalier.activities;

import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.finetune.Denoising;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.Objective;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.Torch;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A training of the tiny denoising network whose objective a test has a hand in. */
@ActivityInterface
public interface AlteredTraining {
  /** Returns the result's prefix. */
  @ActivityMethod(name = "AlteredTraining")
  String train(FinetuneConfig config);

  /** As the stages do it. */
  final class Stage implements AlteredTraining {
    private final Workbench bench;
    private final UnaryOperator<Objective> altered;

    Stage(Workbench bench, UnaryOperator<Objective> altered) {
      this.bench = bench;
      this.altered = altered;
    }

    @Override
    public String train(FinetuneConfig config) {
      StoredArtifact dense = bench.networks().get(StageBench.DENSE);
      ImageDataset data = bench.data("finetune", StageBench.DATA, dense);
      return bench
          .run(
              "run",
              "finetune",
              1,
              config,
              List.of("altered"),
              (step, staging) -> {
                try (Torch.Session session = Torch.open()) {
                  Denoising plain =
                      new Denoising(
                          session,
                          Networks.of(Json.parse(StageBench.UNET, "test")),
                          data,
                          NoiseSchedule.ddpm(),
                          config);
                  DurableTraining.Trained trained =
                      DurableTraining.run(
                          session,
                          "finetune",
                          step,
                          config,
                          () -> TrainingState.start(StageBench.unet()),
                          altered.apply(plain));
                  staging
                      .add(LoadedNetwork.WEIGHTS, trained.state().average(), Map.of())
                      .add(CurveLog.PART, trained.curve().bytes())
                      .numbers(FinetuneStage.Numbers.of(trained, data, session, step));
                }
              })
          .artifact()
          .prefix();
    }
  }
}
