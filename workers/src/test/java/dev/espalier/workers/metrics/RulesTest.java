package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.metrics.MetricNames;
import dev.espalier.compression.ExternalProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RulesTest {
  private static final Path INFRA = Path.of(System.getProperty("espalier.root"), "infra");
  private static final Path ALERTS = INFRA.resolve("rules/espalier.yml");
  private static final Path ALERT_TESTS = INFRA.resolve("rules/espalier.test.yml");
  private static final Path RECORDINGS = INFRA.resolve("rules/recording.yml");
  private static final Path RECORDING_TESTS = INFRA.resolve("rules/recording.test.yml");

  @Test
  void everyRuleIsOverWhatIsExported() throws IOException {
    for (Path rules : List.of(ALERTS, RECORDINGS)) {
      Set<String> read = found("(?<![\\w:])(espalier_\\w+)", rules);
      assertThat(read).isNotEmpty();
      assertThat(MetricNames.exported()).containsAll(read);
    }
  }

  @Test
  void everyRuleHasATestOfItsOwn() throws IOException {
    assertThat(found("alertname: (\\w+)", ALERT_TESTS)).isEqualTo(found("- alert: (\\w+)", ALERTS));
    assertThat(found("- expr: (\\S+)", RECORDING_TESTS))
        .isEqualTo(found("- record: (\\S+)", RECORDINGS));
  }

  @Test
  void promtoolFindsConfigurationAndRulesRightAndTheirTestsPass() throws Exception {
    String promtool = ExternalProgram.PROMTOOL.get().toString();
    for (String config : List.of("prometheus.yml", "compose.prometheus.yml")) {
      run(promtool, "check", "config", INFRA.resolve(config).toString());
      assertThat(found("- rules/(\\w+)\\.yml", INFRA.resolve(config)))
          .containsExactly("espalier", "recording");
    }
    run(promtool, "test", "rules", ALERT_TESTS.toString(), RECORDING_TESTS.toString());
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
