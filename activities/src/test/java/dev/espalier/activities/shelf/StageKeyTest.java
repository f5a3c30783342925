package dev.espalier.activities.shelf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StageKeyTest {
  @Test
  void theKeyIsFixedForAllTime() {
    // echo -n '{"algorithm":1,"config":{"criterion":"magnitude","ratio":0.5,"seed":0},
    //   "inputs":["networks/base"],"stage":"prune"}' | sha256sum, in one line
    assertThat(
            key(
                "prune",
                1,
                "{\"criterion\":\"magnitude\",\"ratio\":0.5,\"seed\":0}",
                "networks/base"))
        .isEqualTo("2078250be32bec9c8970");
  }

  @Test
  void spellingDoesNotMatter() {
    assertThat(key("svs", 1, "{\"a\":1.0,\"b\":{\"c\":2,\"d\":null},\"e\":[5e-1]}", "x"))
        .isEqualTo(key("svs", 1, "{ \"e\": [0.50], \"b\": {\"c\": 2.0}, \"a\": 1 }", "x"));
  }

  @Test
  void everythingElseMatters() {
    Set<String> keys = new HashSet<>();
    keys.add(key("svs", 1, "{\"a\":1}", "x", "y"));
    keys.add(key("prune", 1, "{\"a\":1}", "x", "y"));
    keys.add(key("svs", 2, "{\"a\":1}", "x", "y"));
    keys.add(key("svs", 1, "{\"a\":2}", "x", "y"));
    keys.add(key("svs", 1, "{\"a\":\"1\"}", "x", "y"));
    keys.add(key("svs", 1, "{\"a\":1,\"b\":0}", "x", "y"));
    keys.add(key("svs", 1, "{\"a\":1.0000000001}", "x", "y"));
    keys.add(key("svs", 1, "{\"a\":1}", "y", "x"));
    keys.add(key("svs", 1, "{\"a\":1}", "x"));
    keys.add(key("svs", 1, "{\"a\":1}", "x,y"));

    assertThat(keys).hasSize(10).allMatch(key -> key.matches("[0-9a-f]{20}"));
  }

  private static String key(String stage, int version, String config, String... inputs) {
    return StageKey.of(stage, version, Json.parse(config, "test"), List.of(inputs));
  }
}
