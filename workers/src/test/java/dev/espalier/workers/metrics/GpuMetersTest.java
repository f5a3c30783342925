package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuMetersTest {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @TempDir Path folder;

  @Test
  void everyGpuIsShownWhileItsProgramSpeaks() throws Exception {
    try (GpuMeters gpus = GpuMeters.watch(registry, StandInGpu.in(folder))) {
      await("gpu_utilization_ratio{gpu=\"1\"}");
      assertThat(registry.scrape().lines())
          .contains(
              "gpu_memory_used_bytes{gpu=\"0\"} " + 1024.0 * (1 << 20),
              "gpu_memory_total_bytes{gpu=\"0\"} " + 143771.0 * (1 << 20),
              "gpu_utilization_ratio{gpu=\"0\"} 0.57",
              "gpu_utilization_ratio{gpu=\"1\"} NaN");
      assertThat(gpus).isNotNull();
    }
    for (int i = 0; i < 1200 && registry.scrape().contains("gpu_"); i++) Thread.sleep(50);
    assertThat(registry.scrape()).doesNotContain("gpu_");
  }

  private void await(String series) throws InterruptedException {
    for (int i = 0; i < 1200 && !registry.scrape().contains(series); i++) Thread.sleep(50);
  }
}
