package dev.espalier.compression.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.checkpoint.Checkpoint.Choice;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A model's folder as diffusers saves it: {@code config.json} beside the weights, whole or in
 * shards, as safetensors or in PyTorch's format; or a pipeline's folder with such a folder in it,
 * {@code unet} and, where there are averaged weights, {@code unet_ema}.
 */
final class DiffusersFolder {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "diffusion_pytorch_model";
  private static final String INDEX = ".index.json";
  private static final List<String> FILES =
      List.of(
          WEIGHTS + ".safetensors",
          WEIGHTS + ".safetensors" + INDEX,
          WEIGHTS + ".bin",
          WEIGHTS + ".bin" + INDEX,
          "network.safetensors");

  /** What diffusers' {@code EMAModel} notes in the configuration of the averaged network. */
  private static final List<String> AVERAGING =
      List.of(
          "decay",
          "min_decay",
          "inv_gamma",
          "power",
          "optimization_step",
          "update_after_step",
          "use_ema_warmup");

  private static final Map<String, String> OLD_ATTENTION =
      Map.of(
          ".query.", ".to_q.",
          ".key.", ".to_k.",
          ".value.", ".to_v.",
          ".proj_attn.", ".to_out.0.");

  private DiffusersFolder() {}

  /**
   * @param wanted null takes the average if there is one
   * @throws InvalidInput if there is no network in {@code folder}, or not the wanted one
   */
  static ImportedNetwork read(Path folder, @Nullable Choice wanted) throws IOException {
    Path average = folder.resolve("unet_ema");
    Path plain = Files.isRegularFile(folder.resolve(CONFIG)) ? folder : folder.resolve("unet");
    boolean averaged = Files.isRegularFile(average.resolve(CONFIG));
    if (wanted == Choice.EMA && !averaged) throw Checkpoint.noAverage(folder.toString());
    boolean takeAverage = averaged && wanted != Choice.MODEL;
    return model(takeAverage ? average : plain, takeAverage ? Choice.EMA : Choice.MODEL);
  }

  private static ImportedNetwork model(Path folder, Choice choice) throws IOException {
    Path config = folder.resolve(CONFIG);
    InvalidInput.require(
        Files.isRegularFile(config), "%s: is no network's folder: it has no %s", folder, CONFIG);
    String file =
        FILES.stream()
            .filter(f -> Files.isRegularFile(folder.resolve(f)))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInput(
                        folder + ": has no weights; read are " + String.join(", ", FILES)));
    List<Path> sources = new ArrayList<>(List.of(config));
    Safetensors.Content content =
        file.endsWith(INDEX)
            ? new Safetensors.Content(shards(folder.resolve(file), sources), Map.of())
            : read(folder.resolve(file), sources);
    return ImportedNetwork.diffusers(choice, config(config), content, sources);
  }

  /** A {@code config.json}, without what is noted there about averaging. */
  static JsonNode config(Path file) throws IOException {
    JsonNode config = Json.parse(Files.readString(file), file.toString());
    InvalidInput.require(config.isObject(), "%s: is not a JSON object", file);
    return ((ObjectNode) config).remove(AVERAGING);
  }

  private static Safetensors.Content read(Path file, List<Path> sources) throws IOException {
    sources.add(file);
    if (file.toString().endsWith(".safetensors")) return Safetensors.read(file);
    StateDict weights = Checkpoint.of(TorchFile.read(file), file.toString()).model();
    return new Safetensors.Content(weights, Map.of());
  }

  private static StateDict shards(Path index, List<Path> sources) throws IOException {
    sources.add(index);
    JsonNode map = Json.parse(Files.readString(index), index.toString()).path("weight_map");
    TreeSet<String> names = new TreeSet<>();
    map.forEach(name -> names.add(name.asText()));
    InvalidInput.require(!names.isEmpty(), "%s: field 'weight_map' names no files", index);
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (String name : names) {
      InvalidInput.require(
          name.matches("[\\w-][\\w.-]*\\.(safetensors|bin)"),
          "%s: '%s' is no shard's name",
          index,
          PickleInput.printable(name));
      Path shard = index.resolveSibling(name);
      InvalidInput.require(Files.isRegularFile(shard), "%s: the shard %s is missing", index, name);
      for (Map.Entry<String, Tensor> entry : read(shard, sources).tensors().tensors().entrySet()) {
        InvalidInput.require(
            all.put(entry.getKey(), entry.getValue()) == null,
            "%s: tensor '%s' lies in two shards",
            index,
            PickleInput.printable(entry.getKey()));
      }
    }
    return new StateDict(all);
  }

  /** Early versions of diffusers had other names for the projections of attention. */
  static StateDict renamed(StateDict weights) {
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    weights
        .tensors()
        .forEach(
            (key, tensor) -> {
              String name = key;
              if (key.contains(".attentions.")) {
                for (Map.Entry<String, String> old : OLD_ATTENTION.entrySet()) {
                  name = name.replace(old.getKey(), old.getValue());
                }
              }
              renamed.put(name, tensor);
            });
    return new StateDict(renamed);
  }
}
