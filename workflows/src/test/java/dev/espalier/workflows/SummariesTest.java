package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SummariesTest {
  @Test
  void countsHaveThreeDigitsAndAUnit() {
    assertThat(
            LongStream.of(
                    0, 7, 999, 1000, 9_999, 163_411, 999_500, 1_112_801, 35_746_307, 6_100_000_000L)
                .mapToObj(Summaries::count))
        .containsExactly(
            "0",
            "7",
            "999",
            "1.00\u00a0k",
            "10.0\u00a0k",
            "163\u00a0k",
            "1.00\u00a0M",
            "1.11\u00a0M",
            "35.7\u00a0M",
            "6.10\u00a0G");
  }
}
