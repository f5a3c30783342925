package dev.espalier.workers.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.compression.Json;
import dev.espalier.compression.NastyNames;
import dev.espalier.workflows.RunIds;
import dev.espalier.workflows.TrainPlan;
import org.junit.jupiter.api.Test;

class RunIdsTest {
  @Test
  void anyNameOfATrainingMakesALegalId() {
    for (String name : NastyNames.segments().toList()) {
      TrainPlan plan =
          TrainPlan.of(Json.MAPPER.createObjectNode().put("name", name).set("network", network()));
      assertThat(ObjectNames.isSegment(RunIds.training(plan))).as(name).isTrue();
    }
  }

  private static com.fasterxml.jackson.databind.JsonNode network() {
    return Json.parse("{\"_class_name\": \"UNet2DModel\"}", "test");
  }
}
