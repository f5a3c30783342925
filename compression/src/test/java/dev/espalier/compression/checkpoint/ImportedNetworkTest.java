package dev.espalier.compression.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.checkpoint.Checkpoint.Choice;
import dev.espalier.compression.checkpoint.ImportedNetwork.Options;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.network.unet2d.Configs;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportedNetworkTest {
  private static final Path DDIM = Fixtures.file("ddim-pruned.ckpt");
  private static final Options DESIGN = new Options(null, null, List.of(1, 2), null);

  @TempDir Path work;

  @Test
  void aPipelineOfEarlyDiffusersAnswersAsItDidThere() throws IOException {
    ImportedNetwork network = ImportedNetwork.read(Fixtures.file("pipeline"), Options.NONE);
    assertThat(network.layout()).isEqualTo("diffusers");
    assertThat(network.sources()).hasSize(2);
    assertAnswers(network, "pipeline-expected.safetensors");
    assertThat(ImportedNetwork.read(Fixtures.file("pipeline/unet"), Options.NONE)).isNotNull();
    Path bin = Fixtures.file("pipeline/unet/diffusion_pytorch_model.bin");
    assertThat(ImportedNetwork.read(bin, Options.NONE).weights()).isEqualTo(network.weights());
  }

  @Test
  void aPrunedCheckpointOfTheDdimCodeBaseAnswersAsItDidThere() throws IOException {
    ImportedNetwork network = ImportedNetwork.read(DDIM, DESIGN);
    assertThat(network.layout()).isEqualTo("ddim");
    assertThat(network.choice()).isEqualTo(Choice.EMA);
    assertThat(network.config().get("sample_size").asInt()).isEqualTo(32);
    assertThat(network.config().get("block_out_channels").toString()).isEqualTo("[64,128]");
    assertAnswers(network, "ddim-pruned-expected.safetensors");
  }

  private static void assertAnswers(ImportedNetwork imported, String expected) throws IOException {
    StateDict io = Fixtures.tensors(expected);
    Tensor ours = Forward.output(Networks.of(imported.config()), imported.weights(), io);
    double difference = Forward.difference(ours, io.get("output"));
    System.out.printf("import %s: largest difference %.2g%n", expected, difference);
    assertThat(difference).isLessThan(1e-5);
  }

  @Test
  void theModelsOwnWeightsAreTakenWhereTheyAreWanted() throws IOException {
    Options model = new Options(Choice.MODEL, 16, List.of(1, 2), null);
    ImportedNetwork network = ImportedNetwork.read(DDIM, model);
    assertThat(network.choice()).isEqualTo(Choice.MODEL);
    assertThat(network.config().get("sample_size").asInt()).isEqualTo(16);
    assertThat(network.weights().get("conv_in.weight").floats()).containsOnly(0);
  }

  @Test
  void namesThereAndBackAreTheSameWeights() throws IOException {
    StateDict there = Checkpoint.of(TorchFile.read(DDIM), "ckpt").average().orElseThrow();
    ImportedNetwork here = ImportedNetwork.read(DDIM, DESIGN);
    Network network = Networks.of(here.config());
    NetworkExport.DDIM.write(work, network, here.content());
    StateDict back = TorchFile.stateDict(work.resolve("model.pth"));
    assertThat(back.keys()).containsExactlyInAnyOrderElementsOf(there.keys());
    there.toFloat32().tensors().forEach((k, v) -> assertThat(back.get(k)).as(k).isEqualTo(v));

    NetworkExport.DIFFUSERS.write(work, network, here.content());
    assertThat(ImportedNetwork.read(work, Options.NONE).weights()).isEqualTo(here.weights());
    Files.delete(work.resolve("diffusion_pytorch_model.safetensors"));
    assertThatThrownBy(() -> ImportedNetwork.read(work, Options.NONE))
        .hasMessageContaining("has no weights; read are diffusion_pytorch_model.safetensors");
  }

  @ParameterizedTest
  @CsvSource({
    "'1,2,2,2', 1, 32, 0.1, 35746307",
    "'1,2,2,2,4', 2, 64, 0.1, 78700803",
    "'1,1,2,2,4,4', 4, 256, 0.0, 113673219",
  })
  void thePublishedDesignsAreTold(
      String mult, int attention, int resolution, double dropout, long parameters) {
    JsonNode design = design(mult, attention, resolution, dropout);
    StateDict dense = ddim(design);
    assertThat(dense.parameters()).isEqualTo(parameters);
    assertThat(DdimDesign.of(dense, null, null, "file")).isEqualTo(design);
    Map<String, Tensor> pruned = new LinkedHashMap<>(dense.tensors());
    pruned.put("down.0.block.0.conv1.weight", zeros(96, 128, 3, 3));
    assertThat(DdimDesign.of(new StateDict(pruned), null, null, "file")).isEqualTo(design);
  }

  @Test
  void cifarIsTheConfigurationThatDiffusersHas() {
    JsonNode google = Networks.of(Configs.cifar()).config();
    JsonNode ours = DdimDesign.of(ddim(google), null, null, "file");
    google
        .fieldNames()
        .forEachRemaining(
            field -> {
              if (!field.equals("dropout")) {
                assertThat(ours.get(field)).as(field).isEqualTo(google.get(field));
              }
            });
  }

  @Test
  void whatCannotBeToldIsAskedFor() throws IOException {
    refused(DDIM, Options.NONE, "is pruned", "--ch-mult");
    refused(DDIM, new Options(null, 32, List.of(1, 2, 2), null), "--ch-mult is [1, 2, 2]");
    Path bin = Fixtures.file("pipeline/unet/diffusion_pytorch_model.bin");
    Path alone = Files.copy(bin, work.resolve("alone.bin"));
    refused(alone, Options.NONE, "has no config.json beside it; give one with --config");
    Path config = Fixtures.file("pipeline/unet/config.json");
    assertThat(ImportedNetwork.read(alone, new Options(null, null, null, config))).isNotNull();
    refused(alone, new Options(null, null, null, work.resolve("nope")), "--config", "exist");
    refused(alone, new Options(Choice.EMA, null, null, config), "no averaged weights");
    refused(Fixtures.file("pipeline"), new Options(Choice.EMA, null, null, null), "no averaged");
    refused(work, Options.NONE, "is no network's folder");
    refused(work.resolve("nope"), Options.NONE, "does not exist");
    refused(Fixtures.file("tensors.pth"), Options.NONE, "holds no weights; read are");
    refused(Fixtures.file("cifar-python2.pkl"), Options.NONE, "holds no weights");
  }

  @Test
  void averagedWeightsBesideTheOthersAreTaken() throws IOException {
    Path pipeline = Fixtures.file("pipeline/unet");
    for (String part : List.of("unet", "unet_ema")) {
      Path folder = Files.createDirectories(work.resolve(part));
      Json.parse(Files.readString(pipeline.resolve("config.json")), "config");
      ImportedNetwork network = ImportedNetwork.read(pipeline, Options.NONE);
      Map<String, Tensor> weights = new LinkedHashMap<>(network.weights().tensors());
      if (part.equals("unet_ema")) weights.put("conv_in.bias", Tensor.of(new float[8], 8));
      NetworkExport.DIFFUSERS.write(
          folder,
          Networks.of(network.config()),
          new Safetensors.Content(new StateDict(weights), Map.of()));
    }
    String averaging = "\"decay\": 0.999, \"inv_gamma\": 1.0, \"power\": 0.75, ";
    Path config = work.resolve("unet_ema/config.json");
    Files.writeString(config, Files.readString(config).replaceFirst("\\{", "{" + averaging));

    ImportedNetwork average = ImportedNetwork.read(work, Options.NONE);
    assertThat(average.choice()).isEqualTo(Choice.EMA);
    assertThat(average.weights().get("conv_in.bias").floats()).containsOnly(0);
    assertThat(Networks.of(average.config())).isNotNull();
    ImportedNetwork model = ImportedNetwork.read(work, new Options(Choice.MODEL, null, null, null));
    assertThat(model.weights().get("conv_in.bias").floats()).doesNotContain(0);
  }

  @Test
  void shardsAreJoined() throws IOException {
    Path pipeline = Fixtures.file("pipeline/unet");
    StateDict whole = ImportedNetwork.read(pipeline, Options.NONE).weights();
    Files.copy(pipeline.resolve("config.json"), work.resolve("config.json"));
    Map<String, String> index = new LinkedHashMap<>();
    Map<String, Map<String, Tensor>> shards = new LinkedHashMap<>();
    whole
        .tensors()
        .forEach(
            (key, tensor) -> {
              String shard = "part-" + (key.hashCode() & 1) + ".safetensors";
              index.put(key, shard);
              shards.computeIfAbsent(shard, s -> new LinkedHashMap<>()).put(key, tensor);
            });
    for (String shard : shards.keySet()) {
      Safetensors.write(work.resolve(shard), new StateDict(shards.get(shard)), Map.of());
    }
    Path file = work.resolve("diffusion_pytorch_model.safetensors.index.json");
    Files.writeString(file, Json.write(Map.of("weight_map", index)));
    assertThat(ImportedNetwork.read(work, Options.NONE).weights().tensors())
        .containsExactlyInAnyOrderEntriesOf(whole.tensors());

    Files.writeString(file, "{\"weight_map\": {\"a\": \"../part-0.safetensors\"}}");
    refused(work, Options.NONE, "is no shard's name");
    Files.writeString(file, "{\"weight_map\": {\"a\": \"part-7.safetensors\"}}");
    refused(work, Options.NONE, "the shard part-7.safetensors is missing");
    Files.writeString(file, "{}");
    refused(work, Options.NONE, "names no files");
  }

  @Test
  void whatTheDdimCodeBaseCannotHoldIsNotWrittenForIt() throws IOException {
    ImportedNetwork network = ImportedNetwork.read(Fixtures.file("pipeline"), Options.NONE);
    assertThatThrownBy(
            () -> NetworkExport.DDIM.write(work, Networks.of(network.config()), network.content()))
        .isInstanceOf(InvalidInput.class)
        .hasMessage(
            "field 'norm_num_groups' is 4; the DDIM code base has 32 only, so use --format"
                + " diffusers");
  }

  private static void refused(Path path, Options options, String... said) {
    assertThatThrownBy(() -> ImportedNetwork.read(path, options))
        .isInstanceOf(InvalidInput.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(said).doesNotContain("\n"));
  }

  private static JsonNode design(String mult, int attention, int resolution, double dropout) {
    List<String> levels = List.of(mult.split(","));
    String[] down = levels.stream().map(l -> "\"DownBlock2D\"").toArray(String[]::new);
    down[attention] = "\"AttnDownBlock2D\"";
    String[] up = levels.stream().map(l -> "\"UpBlock2D\"").toArray(String[]::new);
    up[levels.size() - 1 - attention] = "\"AttnUpBlock2D\"";
    List<Integer> widths = levels.stream().map(l -> 128 * Integer.parseInt(l)).toList();
    return Networks.of(
            Configs.with(
                Configs.cifar(),
                Map.of(
                    "sample_size", String.valueOf(resolution),
                    "dropout", String.valueOf(dropout),
                    "block_out_channels", widths.toString(),
                    "down_block_types", Arrays.toString(down),
                    "up_block_types", Arrays.toString(up))))
        .config();
  }

  /** Weights of one byte an element, of which only names and shapes are right. */
  private static StateDict ddim(JsonNode config) {
    Map<String, Tensor> zeros = new LinkedHashMap<>();
    Networks.of(config).declaredShapes().forEach((key, shape) -> zeros.put(key, zeros(shape)));
    return DdimKeys.toDdim(new StateDict(zeros), config.get("block_out_channels").size());
  }

  private static Tensor zeros(int... shape) {
    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    return Tensor.of(Dtype.I8, shape, ByteBuffer.allocate(size));
  }
}
