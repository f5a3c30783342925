package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.evaluate.ImageClassifier;
import dev.espalier.compression.finetune.Classification;
import dev.espalier.compression.finetune.Denoising;
import dev.espalier.compression.finetune.Objective;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.TrainActivity;
import java.util.List;
import java.util.Map;

/** Trains a network from random weights: a denoising network, or the classifier that judges one. */
public final class TrainStage implements TrainActivity {
  private static final String STAGE = "train";
  private static final int ALGORITHM = 1;

  private final Workbench bench;

  public TrainStage(Workbench bench) {
    this.bench = bench;
  }

  @Override
  public Result train(Request request) {
    int[] shape = isClassifier(request) ? null : Networks.of(request.networkConfig()).sampleShape();
    ImageDataset data = bench.data(STAGE, request.data(), shape);
    Map<String, int[]> shapes = shapes(request);
    DurableStage.Done done =
        bench.run(
            request.run(),
            STAGE,
            ALGORITHM,
            Map.of("network", request.networkConfig(), "finetune", request.config()),
            List.of(data.fingerprint()),
            (step, staging) -> {
              try (Torch.Session session = Torch.open()) {
                DurableTraining.Trained trained =
                    DurableTraining.run(
                        session,
                        STAGE,
                        step,
                        request.config(),
                        () ->
                            TrainingState.start(
                                Initialisation.pytorch(shapes, request.config().seed())),
                        objective(request, session, data));
                NetworkSpectrum.add(staging, SpectrumReport.of(trained.state().average()))
                    .add(LoadedNetwork.CONFIG, Json.pretty(request.networkConfig()).getBytes(UTF_8))
                    .add(LoadedNetwork.WEIGHTS, trained.state().average(), Map.of())
                    .add(CurveLog.PART, trained.curve().bytes())
                    .numbers(FinetuneStage.Numbers.of(trained, data, session, step));
              }
            });
    FinetuneStage.Numbers n =
        Json.bind(done.artifact().numbers(), FinetuneStage.Numbers.class, done.artifact().prefix());
    return new Result(
        new Artifact(done.artifact().prefix()),
        n.steps(),
        n.resumedFrom(),
        n.loss(),
        n.validationLoss(),
        done.reused(),
        n.seconds());
  }

  private static boolean isClassifier(Request request) {
    return request.networkConfig().path("_class_name").asText().equals(ImageClassifier.CLASS_NAME);
  }

  private static Map<String, int[]> shapes(Request request) {
    return isClassifier(request)
        ? ImageClassifier.of(request.networkConfig()).declaredShapes()
        : Networks.of(request.networkConfig()).declaredShapes();
  }

  private static Objective objective(Request request, Torch.Session session, ImageDataset data) {
    if (isClassifier(request)) {
      ImageClassifier classifier = ImageClassifier.of(request.networkConfig());
      return new Classification(session, classifier, data, request.config());
    }
    Network network = Networks.of(request.networkConfig());
    return new Denoising(session, network, data, NoiseSchedule.ddpm(), request.config());
  }
}
