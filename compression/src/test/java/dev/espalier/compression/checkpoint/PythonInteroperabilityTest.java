package dev.espalier.compression.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.ExternalProgram;
import dev.espalier.compression.checkpoint.ImportedNetwork.Options;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.network.unet2d.Configs;
import dev.espalier.compression.prune.ChannelPruner;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real diffusers and the DDIM code base's model load exported networks and answer as this
 * program does. {@code ESPALIER_PYTHON} names a Python with the packages of {@code
 * src/test/python/requirements.txt}.
 */
class PythonInteroperabilityTest {
  @TempDir Path work;

  private final List<String> folders = new ArrayList<>();

  @Test
  void exportedNetworksAnswerTheSameInPython() throws Exception {
    String python = ExternalProgram.PYTHON.get().toString();
    ObjectNode attended =
        Configs.with(
            Configs.tiny(),
            Map.of(
                "downsample_padding", "0",
                "flip_sin_to_cos", "false",
                "freq_shift", "1",
                "block_out_channels", "[32, 64]"));
    for (double ratio : new double[] {0, 0.3, 0.5, 0.7})
      diffusers("pruned-" + ratio, attended, ratio);
    ObjectNode resampling =
        Configs.with(
            Configs.tiny(),
            Map.of(
                "downsample_type", "\"resnet\"",
                "upsample_type", "\"resnet\"",
                "resnet_time_scale_shift", "\"scale_shift\"",
                "attn_norm_num_groups", "4",
                "down_block_types", "[\"AttnDownBlock2D\", \"AttnDownBlock2D\"]",
                "up_block_types", "[\"AttnUpBlock2D\", \"AttnUpBlock2D\"]",
                "block_out_channels", "[32, 64]"));
    diffusers("resampling-blocks", resampling, 0.5);
    diffusers("several-heads", Configs.with(attended, Map.of("attention_head_dim", "16")), 0.5);
    ddim();

    Path script =
        Path.of(System.getProperty("espalier.root"))
            .resolve("compression/src/test/python/interoperability.py");
    List<String> command = new ArrayList<>(List.of(python, script.toString()));
    command.addAll(folders);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    System.out.print(said.replaceAll("(?m)^", "python interoperability: "));
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains(folders.stream().map(f -> Path.of(f).getFileName() + ":").toList());
  }

  private void diffusers(String name, ObjectNode config, double ratio) throws IOException {
    Network network = Networks.of(config);
    StateDict dense = Initialisation.pytorch(network.declaredShapes(), 1);
    PruneConfig half = PruneConfig.of("magnitude", ratio, null, null, null, 7L);
    StateDict weights =
        ChannelPruner.prune(network, dense, new StateDict(Map.of()), half).weights();
    Path folder = work.resolve(name);
    NetworkExport.DIFFUSERS.write(folder, network, new Safetensors.Content(weights, Map.of()));
    if (ratio == 0) Files.writeString(folder.resolve("dense"), "");
    withAnswer(folder, network, weights);
  }

  private void ddim() throws IOException {
    ImportedNetwork network =
        ImportedNetwork.read(
            Fixtures.file("ddim-pruned.ckpt"), new Options(null, 16, List.of(1, 2), null));
    Path folder = work.resolve("ddim");
    NetworkExport.DDIM.write(folder, Networks.of(network.config()), network.content());
    Files.writeString(
        folder.resolve("design.json"),
        "{\"ch\": 64, \"mult\": [1, 2], \"blocks\": 1, \"attention\": [1]}");
    withAnswer(folder, Networks.of(network.config()), network.weights());
  }

  private void withAnswer(Path folder, Network network, StateDict weights) throws IOException {
    int[] shape = network.sampleShape();
    SplittableRandom random = CounterRandom.at(3, "sample", 0);
    float[] sample = new float[2 * shape[0] * shape[1] * shape[2]];
    for (int i = 0; i < sample.length; i++) sample[i] = (float) random.nextGaussian();
    Tensor image = Tensor.of(sample, 2, shape[0], shape[1], shape[2]);
    Tensor timesteps = Tensor.of(new long[] {17, 801}, 2);
    StateDict io = new StateDict(Map.of("sample", image, "timesteps", timesteps));
    Tensor output = Forward.output(network, weights, io);
    Safetensors.write(
        folder.resolve("io.safetensors"),
        new StateDict(Map.of("sample", image, "timesteps", timesteps, "output", output)),
        Map.of());
    folders.add(folder.toString());
  }
}
