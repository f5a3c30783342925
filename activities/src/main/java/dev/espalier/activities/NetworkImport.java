package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.shelf.Manifest;
import dev.espalier.activities.shelf.Sha256;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.checkpoint.ImportedNetwork;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.evaluate.CountingRules;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.workflows.Artifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Puts a network from another program on the shelf, where plans find it by its name. */
public final class NetworkImport {
  private static final String STAGE = "import";

  private final Shelf shelf;
  private final Path scratch;

  /**
   * @param scratch folder for a temporary copy of the weights
   */
  public NetworkImport(Shelf shelf, Path scratch) {
    this.shelf = shelf;
    this.scratch = scratch;
  }

  /**
   * A file the network was read from.
   *
   * @param size bytes
   * @param sha256 64 hexadecimal digits
   */
  public record Source(String file, long size, String sha256) {}

  /**
   * How the network was read; kept as the artifact's configuration.
   *
   * @param layout whose names the files have: {@code diffusers} or {@code ddim}
   * @param weights which of their weights were taken: {@code model} or {@code ema}
   */
  public record Origin(String layout, String weights, List<Source> sources) {
    public Origin {
      sources = List.copyOf(sources);
    }
  }

  /**
   * What was put on the shelf.
   *
   * @param macs multiply-accumulates of one forward pass for one image
   * @param countingRule by which they are counted
   * @param size of one image: channels, height, width
   * @param reused whether the same network lay there already
   */
  public record Result(
      String network,
      Artifact artifact,
      Origin origin,
      List<Integer> size,
      long parameters,
      long macs,
      String countingRule,
      String sha256,
      boolean reused) {}

  /**
   * Checks a network and stores it as {@code networks/<name>}.
   *
   * @param replace whether another network of that name may be replaced
   * @throws InvalidInput if weights and configuration do not fit, or the name is taken
   */
  public Result store(String name, ImportedNetwork network, boolean replace) throws IOException {
    LoadedNetwork loaded = LoadedNetwork.of(network.config(), network.content(), name);
    Origin origin = origin(network);
    Files.createDirectories(scratch);
    Path weights = Files.createTempFile(scratch, "import", ".safetensors");
    try {
      Safetensors.write(weights, loaded.weights(), network.content().metadata());
      Sha256 sha = Sha256.of(weights);
      byte[] config = Json.pretty(loaded.network().config()).getBytes(UTF_8);
      Artifact artifact = Artifact.network(name);
      Optional<StoredArtifact> there = shelf.find(artifact.key());
      boolean same = there.isPresent() && holds(there.get(), config, sha);
      InvalidInput.require(
          same || replace || there.isEmpty(),
          "another network lies at %s; give another --name, or --replace",
          artifact.key());
      if (!same) {
        shelf
            .network(name, STAGE, Json.MAPPER.valueToTree(origin))
            .add(LoadedNetwork.CONFIG, config)
            .add(LoadedNetwork.WEIGHTS, weights)
            .commit();
      }
      return result(artifact, origin, loaded, sha, same);
    } finally {
      Files.deleteIfExists(weights);
    }
  }

  private static Result result(
      Artifact artifact, Origin origin, LoadedNetwork loaded, Sha256 sha, boolean same) {
    int[] size = loaded.network().sampleShape();
    Complexity complexity = loaded.complexity();
    return new Result(
        artifact.key().substring(artifact.key().indexOf('/') + 1),
        artifact,
        origin,
        List.of(size[0], size[1], size[2]),
        complexity.parameters(),
        complexity.macs(),
        CountingRules.DEFAULT,
        sha.hex(),
        same);
  }

  private static Origin origin(ImportedNetwork network) throws IOException {
    List<Source> sources = new ArrayList<>();
    for (Path file : network.sources()) {
      Sha256 sha = Sha256.of(file);
      sources.add(new Source(String.valueOf(file.getFileName()), sha.size(), sha.hex()));
    }
    return new Origin(network.layout(), network.choice().name().toLowerCase(Locale.ROOT), sources);
  }

  private static boolean holds(StoredArtifact stored, byte[] config, Sha256 weights) {
    return has(stored, LoadedNetwork.CONFIG, Sha256.of(config))
        && has(stored, LoadedNetwork.WEIGHTS, weights);
  }

  private static boolean has(StoredArtifact stored, String part, Sha256 sha) {
    return stored.manifest().part(part).map(Manifest.Part::sha256).equals(Optional.of(sha.hex()));
  }
}
