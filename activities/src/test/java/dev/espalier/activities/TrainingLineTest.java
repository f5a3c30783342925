package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.Restart;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.tensor.StateDict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingLineTest {
  @Test
  void lengthAndIntervalsMakeNoOtherLineAndAllElseDoes() {
    String line = key("{\"steps\": 200}", List.of("pruned", "data"));

    assertThat(
            key(
                "{\"steps\": 300, \"validateEvery\": 7, \"checkpointEvery\": 9,"
                    + " \"checkpointSeconds\": 60, \"onDivergence\": \"restore\"}",
                List.of("pruned", "data")))
        .isEqualTo(line);
    assertThat(key("{\"steps\": 200, \"batch\": 64}", List.of("pruned", "data")))
        .isNotEqualTo(line);
    assertThat(key("{\"steps\": 200}", List.of("another", "data"))).isNotEqualTo(line);
  }

  @Test
  void aTrainingFromRandomWeightsHasItsConfigurationOneLevelDeeper() {
    JsonNode network = Json.parse(StageBench.UNET, "test");
    Map<String, Object> shorter = Map.of("network", network, "finetune", config("{\"steps\": 2}"));
    Map<String, Object> longer = Map.of("network", network, "finetune", config("{\"steps\": 3}"));
    Map<String, Object> other = Map.of("network", Map.of(), "finetune", config("{\"steps\": 3}"));

    assertThat(key(longer)).isEqualTo(key(shorter));
    assertThat(key(other)).isNotEqualTo(key(shorter));
  }

  @Test
  void aStateThatWasTakenBackServesOnlyWhoWouldHaveBeenTakenBackLikewise() {
    StateDict nothing = new StateDict(Map.of());
    TrainingState plain = new TrainingState(50, nothing, nothing, nothing, nothing);
    TrainingState back = plain.with(List.of(new Restart(25, 31)));
    JsonNode writer = Json.parse("{\"checkpointEvery\": 25}", "test");
    FinetuneConfig same = config("{\"checkpointEvery\": 25, \"onDivergence\": \"restore\"}");

    assertThat(TrainingLine.serves(plain, writer, config("{}"))).isTrue();
    assertThat(TrainingLine.serves(back, writer, same)).isTrue();
    assertThat(TrainingLine.serves(back, writer, config("{\"checkpointEvery\": 25}"))).isFalse();
    assertThat(TrainingLine.serves(back, writer, config("{\"onDivergence\": \"restore\"}")))
        .isFalse();
  }

  private static String key(String config, List<String> inputs) {
    return TrainingLine.key(derivation(config(config), inputs));
  }

  private static String key(Map<String, Object> config) {
    return TrainingLine.key(derivation(config, List.of("data")));
  }

  private static DurableStage.Derivation derivation(Object config, List<String> inputs) {
    return new DurableStage.Derivation(
        "run", "finetune", 1, Json.MAPPER.valueToTree(config), inputs);
  }

  private static FinetuneConfig config(String json) {
    return StageBench.json(FinetuneConfig.class, json);
  }
}
