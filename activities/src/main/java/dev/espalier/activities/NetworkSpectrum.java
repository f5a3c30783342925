package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StageKey;
import dev.espalier.activities.shelf.Staging;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.workflows.Artifact;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The singular values of a network on the shelf. Stages store them beside the weights they make;
 * for base networks, and for what was made before stages did, they are an artifact of their own,
 * {@code stages/spectrum/<key>}, made when they are first asked for.
 */
public final class NetworkSpectrum {
  /** Part that holds a {@link SpectrumReport} as JSON. */
  public static final String PART = "spectrum.json";

  private static final String STAGE = "spectrum";
  private static final int ALGORITHM = 1;

  private final Workbench bench;

  public NetworkSpectrum(Workbench bench) {
    this.bench = bench;
  }

  /** Adds the report to the artifact whose weights it describes. */
  static Staging add(Staging staging, SpectrumReport report) {
    return staging.add(PART, (Json.write(report) + "\n").getBytes(UTF_8));
  }

  /**
   * The report of a network's weights, computed only where none is stored.
   *
   * @throws dev.espalier.compression.InvalidInput if there is no such network, or it is broken
   */
  public SpectrumReport of(Artifact network) throws IOException {
    StoredArtifact weights = bench.networks().get(network);
    return read(weights.manifest().part(PART).isPresent() ? weights : beside(weights));
  }

  private StoredArtifact beside(StoredArtifact weights) throws IOException {
    Shelf shelf = bench.shelf();
    List<String> inputs = List.of(BaseNetworks.identity(weights));
    String key = StageKey.of(STAGE, ALGORITHM, Json.MAPPER.createObjectNode(), inputs);
    Optional<StoredArtifact> there = shelf.findWhole(Shelf.prefix(STAGE, key));
    if (there.isPresent()) return there.get();
    SpectrumReport report = SpectrumReport.of(LoadedNetwork.read(weights).weights());
    return add(shelf.stage(STAGE, key, Json.MAPPER.createObjectNode(), inputs), report).commit();
  }

  private static SpectrumReport read(StoredArtifact artifact) {
    String text = new String(artifact.bytes(PART), UTF_8);
    return Json.read(text, SpectrumReport.class, artifact.prefix() + "/" + PART);
  }
}
