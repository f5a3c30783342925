package dev.espalier.compression.svs;

import static dev.espalier.compression.svs.ParameterRole.BIAS;
import static dev.espalier.compression.svs.ParameterRole.NORM_BIAS;
import static dev.espalier.compression.svs.ParameterRole.NORM_WEIGHT;
import static dev.espalier.compression.svs.ParameterRole.WEIGHT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.network.Networks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterRoleTest {
  private static final Path REFERENCE = Path.of(System.getProperty("reference.dir"));

  @Test
  void allParametersOfTheCifarNetworkHaveTheRoleThePublishedCodeGivesThem() throws IOException {
    Map<String, int[]> shapes = cifar();
    Map<String, ParameterRole> roles = ParameterRole.of(shapes);

    assertThat(roles.keySet()).containsExactlyElementsOf(shapes.keySet());
    assertThat(count(roles, WEIGHT)).isEqualTo(113);
    assertThat(weightsOfRank(4, shapes)).isEqualTo(65);
    assertThat(weightsOfRank(2, shapes)).isEqualTo(48);
    assertThat(count(roles, BIAS)).isEqualTo(113);
    assertThat(count(roles, NORM_WEIGHT)).isEqualTo(51);
    assertThat(count(roles, NORM_BIAS)).isEqualTo(51);
    roles.forEach(
        (key, role) ->
            assertThat(key.contains("norm")).isEqualTo(role == NORM_WEIGHT || role == NORM_BIAS));
  }

  /** The authors' checkpoints hold the attention projections as 1×1 convolutions. */
  @Test
  void theLayoutOfTheAuthorsCheckpointsHas89KernelsAnd24Matrices() throws IOException {
    Map<String, int[]> shapes = cifar();
    shapes.replaceAll(
        (key, shape) ->
            key.contains(".to_") && shape.length == 2
                ? new int[] {shape[0], shape[1], 1, 1}
                : shape);
    assertThat(weightsOfRank(4, shapes)).isEqualTo(89);
    assertThat(weightsOfRank(2, shapes)).isEqualTo(24);
  }

  private static Map<String, int[]> cifar() throws IOException {
    Path file = REFERENCE.resolve("unet2d/full_ddpm_cifar10_32/config.json");
    JsonNode config = Json.parse(Files.readString(file), file.toString());
    return new LinkedHashMap<>(Networks.of(config).declaredShapes());
  }

  private static int count(Map<String, ParameterRole> roles, ParameterRole role) {
    return Collections.frequency(roles.values(), role);
  }

  private static long weightsOfRank(int rank, Map<String, int[]> shapes) {
    Map<String, ParameterRole> roles = ParameterRole.of(shapes);
    return shapes.entrySet().stream()
        .filter(e -> roles.get(e.getKey()) == WEIGHT && e.getValue().length == rank)
        .count();
  }

  @Test
  void namesDecideNothing() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("normaliser.weight", new int[] {4, 8});
    shapes.put("normaliser.bias", new int[] {4});
    shapes.put("conv.weight", new int[] {4});
    shapes.put("conv.bias", new int[] {4});
    shapes.put("table.weight", new int[] {10, 8});
    shapes.put("weight", new int[] {3, 2, 1, 1});
    assertThat(ParameterRole.of(shapes).values())
        .containsExactly(WEIGHT, BIAS, NORM_WEIGHT, NORM_BIAS, WEIGHT, WEIGHT);
  }

  @Test
  void aParameterOfUnknownRoleIsRefusedByName() {
    for (Map<String, int[]> shapes :
        List.of(
            Map.of("b4.constant", new int[] {24, 4, 4}),
            Map.of("conv.noise_strength", new int[] {2}),
            Map.of("time_proj.weight", new int[] {256}),
            Map.of("lonely.bias", new int[] {3}))) {
      String key = shapes.keySet().iterator().next();
      assertThatThrownBy(() -> ParameterRole.of(shapes))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("'" + key + "'")
          .hasMessageContaining("not supported");
    }
  }
}
