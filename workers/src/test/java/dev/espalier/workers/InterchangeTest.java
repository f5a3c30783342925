package dev.espalier.workers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.Json;
import dev.espalier.compression.checkpoint.ImportedNetwork;
import dev.espalier.compression.checkpoint.TorchFile;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks of other programs come in by a name and go out again. */
class InterchangeTest {
  private static final Path FIXTURES =
      Path.of(System.getProperty("espalier.root"))
          .resolve("compression/src/test/resources/dev/espalier/compression/checkpoint");
  private static final String DDIM = FIXTURES.resolve("ddim-pruned.ckpt").toString();
  private static final String PIPELINE = FIXTURES.resolve("pipeline").toString();

  @TempDir Path work;

  @Test
  void aCheckpointComesInWithItsAverageAndItsHash() throws Exception {
    JsonNode imported = json("import", DDIM, "--name", "ours", "--ch-mult", "1,2", "--json");
    assertThat(imported.get("network").textValue()).isEqualTo("ours");
    assertThat(imported.at("/artifact/key").textValue()).isEqualTo("networks/ours");
    assertThat(imported.at("/origin/layout").textValue()).isEqualTo("ddim");
    assertThat(imported.at("/origin/weights").textValue()).isEqualTo("ema");
    assertThat(imported.at("/origin/sources/0/sha256").textValue()).isEqualTo(sha256(DDIM));
    assertThat(imported.get("size")).hasToString("[3,32,32]");
    assertThat(imported.get("parameters").longValue()).isEqualTo(224_651);
    assertThat(imported.get("macs").longValue()).isPositive();
    assertThat(imported.get("reused").booleanValue()).isFalse();

    JsonNode again = json("import", DDIM, "--name", "ours", "--ch-mult", "1,2", "--json");
    assertThat(again.get("reused").booleanValue()).isTrue();
    refused("another network lies at networks/ours", "import", PIPELINE, "--name", "ours");
    Invocation replaced = Invocation.of(work, "import", PIPELINE, "--name", "ours", "--replace");
    assertThat(replaced.exitCode()).as(replaced.err()).isZero();
    assertThat(replaced.out())
        .contains("diffusers, weights as trained")
        .contains("SHA-256 of diffusion_pytorch_model.bin")
        .contains("networks/ours");
  }

  @Test
  void whatCameInGoesOutTheSame() throws Exception {
    json("import", DDIM, "--name", "ours", "--ch-mult", "1,2", "--json");
    Path ddim = work.resolve("ddim");
    JsonNode out = json("export", "ours", "--to", ddim.toString(), "--format", "ddim", "--json");
    assertThat(out.get("files")).hasToString("[\"model.pth\",\"config.json\",\"load_pruned.py\"]");
    StateDict weights = TorchFile.stateDict(ddim.resolve("model.pth"));
    List<?> list = (List<?>) TorchFile.read(Path.of(DDIM));
    TorchFile.tensors(list.get(4))
        .orElseThrow()
        .toFloat32()
        .tensors()
        .forEach((key, tensor) -> assertThat(weights.get(key)).as(key).isEqualTo(tensor));

    Path diffusers = work.resolve("diffusers");
    Invocation said = Invocation.of(work, "export", "ours", "--to", diffusers.toString());
    assertThat(said.out()).contains("networks/ours, 224,651 parameters: diffusion_pytorch_model");
    JsonNode back = json("import", diffusers.toString(), "--name", "back", "--json");
    assertThat(back.get("parameters").longValue()).isEqualTo(224_651);
  }

  @Test
  void aRunsNetworkGoesOutWithWhatIsNotedBesideIt() throws Exception {
    Invocation run = Invocation.of(work, "run", "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    String id = Json.parse(run.out(), "run").get("run").textValue();
    refused("no artifact stages/finetune/", "export", id, "--to", work.resolve("x").toString());
    finetuned();
    Path folder = work.resolve("run");
    JsonNode out = json("export", id, "--to", folder.toString(), "--json");
    assertThat(out.get("artifact").textValue()).startsWith("stages/finetune/");
    Path file = folder.resolve("diffusion_pytorch_model.safetensors");
    assertThat(Safetensors.read(file).metadata())
        .containsEntry("format", "pt")
        .containsEntry("espalier.scaled", "sqrt");
    ImportedNetwork back = ImportedNetwork.read(folder, ImportedNetwork.Options.NONE);
    assertThat(back.content().metadata()).containsOnlyKeys("espalier.scaled");
    refused("legal are prune, svs", "export", id, "--to", "nowhere", "--stage", "evaluate");
  }

  /** Puts on the shelf what the small stages only say they made. */
  private void finetuned() throws IOException {
    ImportedNetwork network = ImportedNetwork.read(Path.of(PIPELINE), ImportedNetwork.Options.NONE);
    Settings settings = Settings.of(Map.of(), work.resolve("state"));
    WorkFolder folder = settings.workFolder();
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      new Shelf(store.store(), folder.cache(), Map.of())
          .stage("finetune", "0123456789abcdef0123", NullNode.getInstance(), List.of())
          .add("config.json", Json.pretty(Networks.of(network.config()).config()).getBytes(UTF_8))
          .add(
              "network.safetensors",
              Safetensors.toBytes(network.weights(), Map.of("espalier.scaled", "sqrt")))
          .commit();
    }
  }

  @Test
  void whatIsNoNetworkIsRefusedInOneLine() throws Exception {
    refused(
        "refers to torch.nn.modules.linear.Linear",
        "import",
        FIXTURES.resolve("whole-module.pth").toString(),
        "--name",
        "a");
    refused("nope does not exist", "import", work.resolve("nope").toString(), "--name", "a");
    refused("is pruned", "import", DDIM, "--name", "a");
    refused("--weights is 'best'", "import", DDIM, "--name", "a", "--weights", "best");
    refused("--name is '../a'", "import", DDIM, "--name", "../a");
    refused("--resolution is 0", "import", DDIM, "--name", "a", "--resolution", "0");
    refused(
        "legal: pixels", "import", DDIM, "--name", "a", "--ch-mult", "1,2", "--resolution", "7");
    Path taken = Files.createDirectories(work.resolve("networks/mine"));
    Files.writeString(taken.resolve("network.safetensors"), "");
    refused("comes with the program", "import", PIPELINE, "--name", "mine");

    StateDict weights =
        ImportedNetwork.read(Path.of(PIPELINE), ImportedNetwork.Options.NONE).weights();
    Map<String, Tensor> odd = new LinkedHashMap<>(weights.tensors());
    odd.put("conv_in.bias", Tensor.of(new float[] {0, 0, 0, Float.NaN, 0, 0, 0, 0}, 8));
    refused("tensor 'conv_in.bias' holds NaN", "import", folder("nan", odd), "--name", "a");
    odd.put("conv_in.bias", Tensor.of(new float[7], 7));
    refused("'conv_in.bias' has another length", "import", folder("odd", odd), "--name", "a");
    odd.remove("conv_in.bias");
    refused("'conv_in.bias' is missing", "import", folder("less", odd), "--name", "a");
  }

  @Test
  void whatCannotGoOutIsRefusedInOneLine() throws Exception {
    refused("neither a finished run", "export", "nope", "--to", work.resolve("x").toString());
    refused("'../x' is no", "export", "../x", "--to", work.resolve("x").toString());
    refused("--format is 'onnx'", "export", "a", "--to", "x", "--format", "onnx");
    Path full = Files.createDirectories(work.resolve("full/inner")).getParent();
    refused("is not empty", "export", "a", "--to", full.toString());
    json("import", PIPELINE, "--name", "small", "--json");
    refused(
        "'norm_num_groups' is 4; the DDIM code base has 32 only",
        "export",
        "small",
        "--to",
        work.resolve("x").toString(),
        "--format",
        "ddim");
  }

  private String folder(String name, Map<String, Tensor> weights) throws IOException {
    Path folder = Files.createDirectories(work.resolve(name));
    Files.copy(Path.of(PIPELINE, "unet/config.json"), folder.resolve("config.json"));
    Safetensors.write(
        folder.resolve("diffusion_pytorch_model.safetensors"), new StateDict(weights), Map.of());
    return folder.toString();
  }

  private JsonNode json(String... arguments) {
    Invocation invocation = Invocation.of(work, arguments);
    assertThat(invocation.exitCode()).as(invocation.err()).isZero();
    return Json.parse(invocation.out(), arguments[0]);
  }

  private void refused(String line, String... arguments) {
    Invocation invocation = Invocation.of(work, arguments);
    assertThat(invocation.exitCode()).as(invocation.err()).isEqualTo(2);
    assertThat(invocation.said()).hasSize(1).first().asString().contains(line);
    assertThat(invocation.out()).isEmpty();
  }

  private static String sha256(String file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(Path.of(file)));
    return HexFormat.of().formatHex(digest);
  }
}
