package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DENSE;
import static dev.espalier.activities.StageBench.finetune;
import static dev.espalier.activities.StageBench.prune;
import static dev.espalier.activities.StageBench.svs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.svs.Spectrum;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.compression.svs.SvsConfig;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.SvsActivity;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkSpectrumTest {
  @TempDir Path folder;
  private StageBench stages;
  private InActivity activities;
  private NetworkSpectrum spectra;

  @BeforeEach
  void open() throws Exception {
    stages = new StageBench(folder);
    activities = new InActivity(stages.bench);
    spectra = new NetworkSpectrum(stages.bench);
  }

  @AfterEach
  void close() {
    activities.close();
  }

  @Test
  void everyStageStoresTheSpectrumOfTheWeightsItMakes() throws Exception {
    Artifact pruned = activities.prune(prune(0.5)).network();
    Artifact scaled = activities.svs(svs(pruned)).network();
    Artifact tuned = activities.finetune(finetune(scaled, 2)).network();
    for (Artifact network : List.of(pruned, scaled, tuned)) {
      assertThat(stages.stored(network).manifest().part(NetworkSpectrum.PART)).isPresent();
      equal(spectra.of(network), computed(network));
    }
    assertThat(made()).isEmpty();
  }

  @Test
  void weightsDrawnAnewHaveAnotherSpectrumInTheSameWidths() throws Exception {
    Artifact pruned = activities.prune(prune(0.5)).network();
    SvsConfig config = StageBench.json(SvsConfig.class, "{\"initialisation\": \"kaiming\"}");
    SvsActivity.Result drawn = activities.svs(new SvsActivity.Request("run", pruned, config));
    equal(spectra.of(drawn.network()), computed(drawn.network()));
    assertThat(drawn.medianConditionBefore()).isEqualTo(spectra.of(pruned).medianCondition());
    assertThat(spectra.of(drawn.network()).tensors())
        .extracting(Spectrum::rows)
        .isEqualTo(spectra.of(pruned).tensors().stream().map(Spectrum::rows).toList());
    assertThat(activities.finetune(finetune(drawn.network(), 1)).loss()).isFinite();
  }

  @Test
  void aBaseNetworksSpectrumIsAnArtifactOfItsOwnMadeOnce() throws Exception {
    SpectrumReport first = spectra.of(DENSE);
    List<String> made = made();
    assertThat(made).hasSize(2);
    assertThat(spectra.of(DENSE)).isEqualTo(first);
    assertThat(made()).isEqualTo(made);
    equal(first, computed(DENSE));
  }

  @Test
  void anArtifactFromBeforeThereWasThePartIsStillRead() throws Exception {
    StoredArtifact pruned = stages.stored(activities.prune(prune(0.5)).network());
    StoredArtifact old =
        stages
            .shelf
            .stage("prune", "00000000000000000000", NullNode.getInstance(), List.of())
            .add(LoadedNetwork.CONFIG, pruned.bytes(LoadedNetwork.CONFIG))
            .add(LoadedNetwork.WEIGHTS, pruned.bytes(LoadedNetwork.WEIGHTS))
            .commit();
    equal(spectra.of(new Artifact(old.prefix())), spectra.of(new Artifact(pruned.prefix())));
    assertThat(made()).hasSize(2);
  }

  private SpectrumReport computed(Artifact network) throws Exception {
    return SpectrumReport.of(LoadedNetwork.read(stages.bench.networks().get(network)).weights());
  }

  /**
   * Objects of spectra that are artifacts of their own, with what tells one writing from another.
   */
  private List<String> made() {
    return stages.shelf.store().listEverything("stages/spectrum").stream()
        .map(object -> object.key() + " " + object.etag())
        .toList();
  }

  private static void equal(SpectrumReport found, SpectrumReport expected) {
    assertThat(found.tensors())
        .extracting(Spectrum::key)
        .isEqualTo(expected.tensors().stream().map(Spectrum::key).toList());
    for (int i = 0; i < found.tensors().size(); i++) {
      Spectrum a = found.tensors().get(i);
      Spectrum b = expected.tensors().get(i);
      assertThat(a.max()).isCloseTo(b.max(), within(2e-7 * b.max()));
      assertThat(a.stableRank()).isCloseTo(b.stableRank(), within(1e-5 * b.stableRank()));
    }
    assertThat(found.medianCondition())
        .isCloseTo(expected.medianCondition(), within(1e-4 * expected.medianCondition()));
  }
}
