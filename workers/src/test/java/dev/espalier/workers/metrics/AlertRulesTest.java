package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.metrics.MetricNames;
import dev.espalier.compression.ExternalProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AlertRulesTest {
  private static final Path INFRA = Path.of(System.getProperty("espalier.root"), "infra");
  private static final Path RULES = INFRA.resolve("rules/espalier.yml");
  private static final Path TESTS = INFRA.resolve("rules/espalier.test.yml");

  @Test
  void everyRuleIsOverWhatIsExported() throws IOException {
    assertThat(MetricNames.exported()).containsAll(found("\\b(espalier_\\w+)", RULES));
  }

  @Test
  void everyRuleHasATestOfItsOwn() throws IOException {
    assertThat(found("alertname: (\\w+)", TESTS)).isEqualTo(found("- alert: (\\w+)", RULES));
  }

  @Test
  void promtoolFindsConfigurationAndRulesRightAndTheirTestsPass() throws Exception {
    String promtool = ExternalProgram.PROMTOOL.get().toString();
    run(promtool, "check", "config", INFRA.resolve("prometheus.yml").toString());
    run(promtool, "test", "rules", TESTS.toString());
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("SUCCESS");
  }

  private static Set<String> found(String pattern, Path file) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(file))
        .results()
        .map((MatchResult match) -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
