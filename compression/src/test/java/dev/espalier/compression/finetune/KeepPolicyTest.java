package dev.espalier.compression.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeepPolicyTest {
  private static final List<Integer> STEPS = List.of(600, 500, 400, 300, 200, 100);
  private static final Map<Integer, Double> LOSSES =
      Map.of(600, 4.0, 500, 2.0, 400, 3.0, 300, 1.0, 200, Double.NaN, 100, 5.0);

  @Test
  void eachRuleKeepsItsOwn() {
    assertThat(kept(new KeepPolicy(2, 0, 0))).containsExactly(600, 500);
    assertThat(kept(new KeepPolicy(1, 2, 0))).containsExactly(600, 500, 300);
    assertThat(kept(new KeepPolicy(1, 0, 200))).containsExactly(600, 400, 200);
    assertThat(kept(new KeepPolicy(1, 1, 250))).containsExactly(600, 500, 300);
    assertThat(kept(new KeepPolicy(1, 9, 0))).doesNotContain(200).hasSize(5);
    assertThat(kept(new KeepPolicy(9, 0, 0))).isEqualTo(STEPS);
  }

  @Test
  void plansNameItAndLeaveTheDefaultOut() {
    FinetuneConfig named = config("{\"keep\":{\"last\":3,\"best\":1,\"every\":10000}}");
    assertThat(named.keep()).isEqualTo(new KeepPolicy(3, 1, 10_000));
    assertThat(config(Json.write(named))).isEqualTo(named);
    assertThat(config("{\"keep\":{\"every\":5000}}").keep()).isEqualTo(new KeepPolicy(2, 0, 5_000));
    assertThat(Json.write(config("{}"))).doesNotContain("keep");
    assertThat(Json.write(config("{\"keep\":{}}"))).isEqualTo(Json.write(config("{}")));
  }

  @Test
  void badOnesAreNamed() {
    assertThatThrownBy(() -> config("{\"keep\":{\"last\":0}}"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("finetune.keep.last is 0; legal are 1 to 1000");
    assertThatThrownBy(() -> config("{\"keep\":{\"first\":1}}"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("best, every, last");
  }

  private static List<Integer> kept(KeepPolicy policy) {
    return policy.kept(STEPS, step -> step, LOSSES::get);
  }

  private static FinetuneConfig config(String json) {
    return Json.read(json, FinetuneConfig.class, "finetune");
  }
}
