package dev.espalier.compression.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.checkpoint.Checkpoint.Choice;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A network from another program, in the layout of this one: diffusers' names, float32.
 *
 * @param layout whose names its file has: {@code diffusers} or {@code ddim}
 * @param choice which of its weights these are
 * @param config as diffusers' {@code config.json}
 * @param content finite weights, not yet held against the configuration, and what this program
 *     noted beside them if it wrote the file, such as that they were scaled
 * @param sources the files it was read from
 */
public record ImportedNetwork(
    String layout,
    Choice choice,
    JsonNode config,
    Safetensors.Content content,
    List<Path> sources) {
  private static final String OWN = "espalier.";

  public ImportedNetwork {
    sources = List.copyOf(sources);
  }

  /**
   * What a person says about a file that does not say it itself.
   *
   * @param weights absent takes averaged weights where there are some
   * @param resolution in pixels, for files of the DDIM code base
   * @param mult designed widths of its levels, for pruned files of that program
   * @param config a {@code config.json} for a file of weights alone
   */
  public record Options(
      @Nullable Choice weights,
      @Nullable Integer resolution,
      @Nullable List<Integer> mult,
      @Nullable Path config) {
    /** Nothing said. */
    public static final Options NONE = new Options(null, null, null, null);
  }

  /**
   * Reads a diffusers folder, a checkpoint of the DDIM code base ({@code .ckpt}, {@code .pth}), or
   * a file of weights under diffusers' names with its {@code config.json} beside it or given.
   *
   * @throws InvalidInput if it is none of these, is broken, or holds what is not a finite number
   * @throws IOException if it cannot be read at all
   */
  public static ImportedNetwork read(Path path, Options options) throws IOException {
    InvalidInput.require(Files.exists(path), "%s does not exist", path);
    ImportedNetwork network =
        Files.isDirectory(path)
            ? DiffusersFolder.read(path, options.weights())
            : file(path, options);
    network.weights().requireFloats(path.toString());
    return new ImportedNetwork(
        network.layout(),
        network.choice(),
        network.config(),
        new Safetensors.Content(network.weights().toFloat32(), own(network.content().metadata())),
        network.sources());
  }

  private static Map<String, String> own(Map<String, String> metadata) {
    Map<String, String> own = new TreeMap<>(metadata);
    own.keySet().removeIf(key -> !key.startsWith(OWN));
    return own;
  }

  static ImportedNetwork diffusers(
      Choice choice, JsonNode config, Safetensors.Content content, List<Path> sources) {
    StateDict renamed = DiffusersFolder.renamed(content.tensors());
    return new ImportedNetwork(
        "diffusers", choice, config, new Safetensors.Content(renamed, content.metadata()), sources);
  }

  public StateDict weights() {
    return content.tensors();
  }

  private static ImportedNetwork file(Path file, Options options) throws IOException {
    String name = file.toString();
    boolean safe = name.endsWith(".safetensors");
    Safetensors.Content content =
        safe ? Safetensors.read(file) : new Safetensors.Content(new StateDict(Map.of()), Map.of());
    Checkpoint checkpoint =
        safe
            ? new Checkpoint(content.tensors(), Optional.empty())
            : Checkpoint.of(TorchFile.read(file), name);
    Choice choice = options.weights() == null ? checkpoint.preferred() : options.weights();
    StateDict weights = checkpoint.weights(choice, name);
    List<Path> sources = new ArrayList<>(List.of(file));
    boolean ddim = DdimDesign.fits(weights);
    Path given = options.config() == null ? beside(file, ddim) : options.config();
    if (given != null) {
      InvalidInput.require(Files.isRegularFile(given), "--config %s does not exist", given);
      sources.add(given);
    }
    JsonNode config;
    if (given != null) {
      config = DiffusersFolder.config(given);
    } else {
      InvalidInput.require(
          ddim,
          "%s: has no config.json beside it; give one with --config (only weights of the DDIM code"
              + " base say what they are)",
          name);
      config = DdimDesign.of(weights, options.mult(), options.resolution(), name);
    }
    StateDict named = ddim ? named(weights, config, name) : DiffusersFolder.renamed(weights);
    return new ImportedNetwork(
        ddim ? "ddim" : "diffusers",
        choice,
        config,
        new Safetensors.Content(named, content.metadata()),
        sources);
  }

  private static @Nullable Path beside(Path file, boolean ddim) {
    Path config = file.resolveSibling(DiffusersFolder.CONFIG);
    return !ddim && Files.isRegularFile(config) ? config : null;
  }

  private static StateDict named(StateDict weights, JsonNode config, String name) {
    Network network = Networks.of(config);
    // The "bayesian" objective's per-step variances: a parameter that no forward pass reads.
    StateDict used = weights.without("logvar");
    int levels = config.path("block_out_channels").size();
    return DdimKeys.toDiffusers(used, network.declaredShapes().keySet(), levels, name);
  }
}
