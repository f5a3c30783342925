package dev.espalier.activities;

import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.svs.SingularValueScaling;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.SvsActivity;
import java.util.List;

/** Scales the singular values of a pruned network once. */
public final class SvsStage implements SvsActivity {
  private static final String STAGE = "svs";
  private static final int ALGORITHM = 1;

  private final Workbench bench;

  public SvsStage(Workbench bench) {
    this.bench = bench;
  }

  private record Numbers(
      double medianConditionBefore, double medianConditionAfter, double seconds) {}

  @Override
  public Result svs(Request request) {
    StoredArtifact pruned = bench.networks().get(request.network());
    DurableStage.Done done =
        bench.run(
            request.run(),
            STAGE,
            ALGORITHM,
            request.config(),
            List.of(BaseNetworks.identity(pruned)),
            (step, staging) -> {
              LoadedNetwork network = LoadedNetwork.read(pruned);
              SingularValueScaling.Scaled scaled =
                  SingularValueScaling.withSpectra(network.content(), request.config());
              NetworkSpectrum.add(staging, scaled.after())
                  .add(LoadedNetwork.CONFIG, pruned.bytes(LoadedNetwork.CONFIG))
                  .add(
                      LoadedNetwork.WEIGHTS,
                      Safetensors.toBytes(scaled.network().tensors(), scaled.network().metadata()))
                  .numbers(
                      new Numbers(
                          scaled.before().medianCondition(),
                          scaled.after().medianCondition(),
                          step.meters().seconds()));
            });
    Numbers n = Json.bind(done.artifact().numbers(), Numbers.class, done.artifact().prefix());
    return new Result(
        new Artifact(done.artifact().prefix()),
        n.medianConditionBefore(),
        n.medianConditionAfter(),
        done.reused(),
        n.seconds());
  }
}
