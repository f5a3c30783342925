package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done with reports once runs are over. */
class ReportsTest {
  @TempDir Path work;

  @Test
  void anySetOfRunsMakesOneReportInWhichEveryRunIsOnce() throws IOException {
    String one = run("{\"prune\": {\"ratio\": 0.3}}");
    String other = run("{\"prune\": {\"ratio\": 0.7}}");
    Invocation sweep =
        Invocation.of(work, "sweep", "{\"name\": \"s\", \"axes\": {\"prune.seed\": [1, 2]}}");
    assertThat(sweep.exitCode()).as(sweep.err()).isZero();
    String swept = named(sweep.out().lines().toList(), "report: ").replaceAll(".*/|\\.html", "");

    JsonNode all = json("compare", one, other, swept, one, "--json");
    assertThat(all.get("run").asText()).matches("compare-[0-9a-f]{12}");
    Path page = Path.of(all.get("report").asText());
    assertThat(page).hasParent(work.resolve("state/reports")).content().contains("4 results");
    assertThat(json("compare", swept, other, one, "--json")).isEqualTo(all);
    Invocation two = Invocation.of(work, "compare", one, other);
    assertThat(Path.of(named(two.out().lines().toList(), "report: ")))
        .isNotEqualTo(page)
        .content()
        .contains("2 results");
  }

  @Test
  void withoutADesktopTheAddressOfTheReportIsTold() {
    String run = run("{}");
    Invocation open = Invocation.of(work, "open", run);
    assertThat(open.exitCode()).as(open.err()).isZero();
    Path page = work.resolve("state/reports/" + run + ".html");
    assertThat(open.out().strip()).isEqualTo("report: " + page);
    assertThat(open.err()).contains("no desktop").contains(page.toUri().toString());
    assertThat(json("open", "--json").toString())
        .contains("\"run\":\"" + run + "\"", "\"opened\":false");
  }

  @Test
  void theLatestReportIsOpenedInTheBrowserOfTheDesktop() throws IOException {
    run("{\"prune\": {\"ratio\": 0.3}}");
    String latest = run("{\"prune\": {\"ratio\": 0.7}}");
    Path opened = work.resolve("opened");
    Path opener = Files.writeString(work.resolve("xdg-open"), "#!/bin/sh\necho $1 >" + opened);
    assertThat(opener.toFile().setExecutable(true)).isTrue();
    Map<String, String> desktop = Map.of("DISPLAY", ":0", "PATH", work.toString());

    Invocation open = Invocation.of(work, desktop, SmallStages::of, "", "open");

    assertThat(open.exitCode()).as(open.err()).isZero();
    assertThat(open.err()).doesNotContain("no desktop");
    Path page = work.resolve("state/reports/" + latest + ".html");
    assertThat(opened).content().isEqualTo(page.toUri() + "\n");
  }

  @Test
  void aBrowserOfOnesOwnIsTaken() throws IOException {
    String run = run("{}");
    Path opened = work.resolve("opened");
    Path mine = Files.writeString(work.resolve("mine"), "#!/bin/sh\necho $1 >" + opened);
    assertThat(mine.toFile().setExecutable(true)).isTrue();
    Map<String, String> variable = Map.of("BROWSER", mine.toString());
    Invocation open = Invocation.of(work, variable, SmallStages::of, "", "open", run, "--json");
    assertThat(Json.parse(open.out(), "open").get("opened").booleanValue()).isTrue();
    assertThat(opened).content().contains(run + ".html");
  }

  private String run(String plan) {
    Invocation run = Invocation.of(work, "run", plan);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return named(run.said(), "run       ");
  }

  private JsonNode json(String... arguments) {
    Invocation invocation = Invocation.of(work, arguments);
    assertThat(invocation.exitCode()).as(invocation.err()).isZero();
    return Json.parse(invocation.out(), "output");
  }

  private static String named(List<String> lines, String title) {
    return lines.stream()
        .filter(line -> line.startsWith(title))
        .map(line -> line.substring(title.length()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(lines));
  }
}
