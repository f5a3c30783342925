package dev.espalier.activities;

import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.svs.Redrawing;
import dev.espalier.compression.svs.SingularValueScaling;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.compression.svs.SvsConfig;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.SvsActivity;
import java.io.IOException;
import java.util.List;

/** Scales the singular values of a pruned network once, or draws its weights anew. */
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
                  refined(network.content(), pruned, request.config());
              NetworkSpectrum.add(staging, scaled.after())
                  .add(LoadedNetwork.CONFIG, pruned.bytes(LoadedNetwork.CONFIG))
                  .add(
                      LoadedNetwork.WEIGHTS,
                      scaled.network().tensors(),
                      scaled.network().metadata())
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

  private SingularValueScaling.Scaled refined(
      Safetensors.Content network, StoredArtifact pruned, SvsConfig config) throws IOException {
    if (!config.draws()) return SingularValueScaling.withSpectra(network, config);
    Safetensors.Content drawn = Redrawing.draw(network, config);
    return new SingularValueScaling.Scaled(
        drawn,
        new NetworkSpectrum(bench).of(new Artifact(pruned.prefix())),
        SpectrumReport.of(drawn.tensors()));
  }
}
