package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanRequestTest {
  @Test
  void laysTheRequestOverTheRecipeOverTheDefaultsFieldByField() {
    CompressionPlan plan = resolve("{\"recipe\":\"quick\",\"finetune\":{\"steps\":7}}");
    assertThat(plan.finetune().steps()).as("the request's").isEqualTo(7);
    assertThat(plan.finetune().batch()).as("the recipe's").isEqualTo(8);
    assertThat(plan.finetune().emaDecay()).as("the plan's default").isEqualTo(0.99);
    assertThat(plan.finetune().beta1()).as("the record's default").isEqualTo(0.9);
    assertThat(plan.prune().ratio()).isEqualTo(0.3);
  }

  @Test
  void aNullFieldIsAnAbsentOne() {
    assertThat(resolve("{\"prune\":null,\"seed\":null,\"evaluate\":{\"samples\":null}}"))
        .isEqualTo(resolve("{}"));
  }

  @Test
  void theSeedOfThePlanIsThatOfEveryStageThatNamesNone() {
    CompressionPlan plan = resolve("{\"seed\":5,\"finetune\":{\"seed\":9}}");
    assertThat(plan.prune().seed()).isEqualTo(5);
    assertThat(plan.evaluate().seed()).isEqualTo(5);
    assertThat(plan.finetune().seed()).isEqualTo(9);
  }

  @Test
  void aCompletePlanResolvesToItself() {
    CompressionPlan plan = resolve("{\"recipe\":\"quick\",\"seed\":5}");
    assertThat(resolve(Json.write(plan))).isEqualTo(plan);
  }

  @Test
  void theFingerprintTellsWorkApartAndNotWording() {
    CompressionPlan plan = resolve("{\"recipe\":\"quick\"}");
    assertThat(
            resolve("{\"prune\":{\"ratio\":0.3},\"finetune\":{\"steps\":10,\"batch\":8}}")
                .fingerprint())
        .isEqualTo(plan.fingerprint());
    assertThat(resolve("{\"recipe\":\"quick\",\"seed\":22}").fingerprint())
        .isNotEqualTo(plan.fingerprint());
    assertThat(resolve("{\"recipe\":\"quick\",\"svs\":{\"enabled\":false}}").fingerprint())
        .isNotEqualTo(plan.fingerprint());
  }

  /** Ids of runs contain it: this one is in a recorded history. */
  @Test
  void theFingerprintIsThatOfBeforeThereWereFurtherFields() {
    String prune = "\"prune\":{\"timestepStride\":10}";
    String published =
        "\"published\":{\"source\":\"p\",\"rows\":[{\"name\":\"x\",\"values\":{\"FID\":1}}]}";
    for (String more :
        List.of("", ",\"description\":\"x\"", "," + published, ",\"svs\":{\"seed\":4}")) {
      assertThat(resolve("{" + prune + more + "}").fingerprint()).isEqualTo("c5d01502c8f3");
    }
    assertThat(resolve("{" + published + "}").published().source()).isEqualTo("p");
  }

  @Test
  void theSeedOfThePlanIsThatOfTheInitialisationToo() {
    assertThat(resolve("{\"seed\":5,\"svs\":{\"initialisation\":\"xavier\"}}").svs().seed())
        .isEqualTo(5);
    assertThat(resolve("{\"seed\":5}").svs()).isEqualTo(resolve("{}").svs());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"description\":7} | plan: description is 7; legal is text",
        "{\"published\":{\"source\":\"p\"}} | published: rows are missing",
        "{\"published\":{\"source\":\"p\",\"rows\":[{\"name\":\"x\",\"values\":{\"fid\":1}}]}} | metric"
            + " 'fid'; legal are FID, IS, MACs, SSIM, coverage,",
        "{\"published\":{\"source\":\"p\",\"rows\":[{\"name\":\"x\",\"network\":\"y\",\"values\":{}}]}} |"
            + " network is 'y'; legal are dense, pruned, scaled, finetuned",
        "{\"finetune\":{\"distillation\":2}} | finetune.distillation is 2; legal are 0 to 1",
      })
  void whatIsWrongIsSaidInOneLine(String request, String line) {
    assertThatThrownBy(() -> resolve(request))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(line)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aRecipeNamesNoRecipe() {
    assertThatThrownBy(() -> resolve("{\"recipe\":\"circular\"}"))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("recipe 'circular' names a recipe of its own");
    assertThatThrownBy(() -> resolve("{\"recipe\":7}"))
        .hasMessage("plan: recipe is 7; legal is a name");
  }

  @Test
  void aNetworkIsANameOrAPlaceOnTheShelf() {
    assertThat(resolve("{}").dense()).isEqualTo(new Artifact("networks/fashion-ddpm"));
    assertThat(resolve("{\"network\":\"stages/train/0a\"}").dense())
        .isEqualTo(new Artifact("stages/train/0a"));
    assertThatThrownBy(() -> resolve("{\"network\":\"../secret\"}"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("plan: network is '../secret'; legal is a name");
  }

  private static CompressionPlan resolve(String request) {
    return PlanRequest.resolve(InProcess.json(request), FakeDesk::recipe);
  }
}
