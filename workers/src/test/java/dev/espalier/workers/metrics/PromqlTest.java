package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromqlTest {
  @Test
  void metricsAreToldFromFunctionsLabelsStringsAndRanges() {
    assertThat(
            Promql.metrics(
                "60 * sum by (stage, type) (rate(a_total{x=\"b}{c\",y=~\"$d\"}[$__rate_interval]))"
                    + " / on (stage) group_left (z) (run:e:max offset 10m > bool 1e3 or vector(0))"))
        .containsExactly("a_total", "run:e:max");
    assertThat(Promql.metrics("(count(f) or vector(0)) and on (run) g > 0 unless h"))
        .containsExactly("f", "g", "h");
    assertThat(Promql.groupedBy("sum by (a, b) (x) / on (c) max by (d) (y)"))
        .containsExactly("a", "b", "d");
  }
}
