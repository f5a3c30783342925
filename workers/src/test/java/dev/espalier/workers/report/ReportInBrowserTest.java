package dev.espalier.workers.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.workers.browser.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report in a real browser, opened from disk and operated by keys and the pointer. */
class ReportInBrowserTest {
  private static final Path SCREENSHOTS =
      Path.of(System.getProperty("espalier.root"), "workers/target/screenshots");

  @TempDir private static Path folder;
  private static Browser browser;
  private static Path page;

  @BeforeAll
  static void start() throws Exception {
    browser = Browser.start(folder);
    page = Files.writeString(folder.resolve("r.html"), HtmlReport.render(SampleReport.sweep()));
  }

  @AfterAll
  static void end() throws Exception {
    if (browser != null) browser.close();
  }

  @Test
  void oneSliderMovesEveryLineOfWorkAlong() {
    browser.open(page, 1440, 900, false);
    browser.tabTo("#film-at");
    assertThat(text("output")).isEqualTo("step 300");
    assertThat(lanes())
        .containsExactly(
            "grid-3: finetuned, step 300",
            "grid-4: + SVS, finetuned, step 300",
            "grid-7: finetuned, step 300",
            "grid-8: + SVS, finetuned, step 300");

    browser.press("ArrowLeft");
    assertThat(text("output")).isEqualTo("pruned");
    assertThat(lanes())
        .containsExactly("grid-1: pruned", "grid-1: pruned", "grid-5: pruned", "grid-5: pruned");

    browser.press("Home");
    assertThat(text("output")).isEqualTo("dense");
    assertThat(lanes()).hasSize(4).containsOnly("grid-0: dense");
  }

  @Test
  void aLineIsWipedBetweenAnyTwoNetworks() {
    browser.open(page, 1440, 900, false);
    assertThat(label()).isEqualTo("dense to the left, ratio 0.7, + SVS, finetuned to the right");
    browser.tabTo("#wipe-a");
    browser.press("ArrowDown");
    assertThat(label()).startsWith("ratio 0.5, pruned to the left");
    assertThat(shownIn(".pane .over")).isEqualTo("grid-1");
    assertThat(shownIn(".pane img")).isEqualTo("grid-8");

    browser.tabTo("#wipe-at");
    browser.press("Home");
    assertThat(cutAt()).isZero();
    for (int i = 0; i < 3; i++) browser.press("ArrowRight");
    assertThat(cutAt()).isEqualTo(3);
    browser.drag(".pane", 0.5, 0.25);
    assertThat(cutAt()).isEqualTo(25);
    assertThat(browser.evaluate("document.getElementById('wipe-at').value").asInt()).isEqualTo(25);
  }

  @Test
  void runsAreReadAlongTheLinesAndSortedByAnyColumn() {
    browser.open(page, 1440, 900, false);
    browser.tabTo("svg.parallel");
    browser.press("ArrowDown");
    browser.press("ArrowDown");
    assertThat(text(".lines .readout")).startsWith("run-1 · ratio 0.5, svs true");
    assertThat(text("tr.at .beneath")).isEqualTo("run-1");
    assertThat(browser.evaluate("document.querySelectorAll('path.at').length").asInt())
        .isEqualTo(1);

    browser.tabTo(".trials .sort");
    browser.press("Enter");
    assertThat(column(0)).isSorted();
    browser.press("Enter");
    assertThat(column(0).get(0)).startsWith("prune.ratio=0.7");
    assertThat(text("[aria-sort=descending]")).isEqualTo("Run");
  }

  @Test
  void chartsAreReadWithTheArrowKeys() {
    browser.open(page, 1440, 900, false);
    browser.tabTo("svg[data-axis]");
    browser.press("End");
    assertThat(text("svg[data-axis] + .readout")).startsWith("300 · finetuned 0.0");
    browser.press("Escape");
    assertThat(text("svg[data-axis] + .readout")).isEmpty();
    browser.evaluate("document.querySelector('svg[data-points]').focus()");
    browser.press("Home");
    assertThat(text("svg[data-points] + .readout")).startsWith("ratio 0.7, ").contains(" MACs");
  }

  @Test
  void fitsEveryWidthInBothThemesAndAsksForNothing() throws IOException {
    for (int width : new int[] {390, 1440}) {
      for (boolean dark : new boolean[] {false, true}) {
        browser.open(page, width, 900, dark);
        String name = "report-" + width + (dark ? "-dark" : "-light");
        browser.screenshot(SCREENSHOTS.resolve(name + ".png"));
        assertThat(browser.errors()).as(name).isEmpty();
        assertThat(browser.requested())
            .as(name)
            .isNotEmpty()
            .allMatch(address -> address.startsWith("file:") || address.startsWith("data:"));
        assertThat(overflowing()).as(name).isEmpty();
        assertThat(browser.evaluate("getComputedStyle(document.documentElement).colorScheme"))
            .as(name)
            .hasToString(dark ? "\"dark\"" : "\"light\"");
      }
    }
  }

  @Test
  void everyControlHasAName() {
    browser.open(page, 1440, 900, false);
    JsonNode nameless =
        browser.evaluate(
            "[...document.querySelectorAll('button, input, select')].filter(e => !(e.labels?.length"
                + " || e.textContent.trim() || e.querySelector('img[alt]'))).map(e => e.outerHTML)");
    assertThat(nameless).isEmpty();
  }

  @Test
  void printsWithoutItsControls() {
    browser.open(page, 1440, 900, true);
    browser.medium("print", true);
    for (String gone : List.of(".film", ".wipe", ".theme", ".contents")) {
      assertThat(
              browser.evaluate("getComputedStyle(document.querySelector('" + gone + "')).display"))
          .as(gone)
          .hasToString("\"none\"");
    }
    assertThat(browser.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
        .hasToString("\"rgb(255, 255, 255)\"");
  }

  private static String text(String selector) {
    return browser
        .evaluate("document.querySelector('" + selector + "').textContent.trim()")
        .asText();
  }

  /** Per line of work, where its image stands else in the page, and what is said of it. */
  private static List<String> lanes() {
    return strings(
        "[...document.querySelectorAll('.lanes figure')].map(f =>"
            + " document.querySelector(`.comparison img[src=\"${f.querySelector('img').src}\"]`).id"
            + " + ': ' + f.querySelector('.shown').textContent)");
  }

  private static String shownIn(String selector) {
    return browser
        .evaluate(
            "document.querySelector(`.comparison img[src=\"${document.querySelector('"
                + selector
                + "').src}\"]`).id")
        .asText();
  }

  private static String label() {
    return browser.evaluate("document.querySelector('.pane').getAttribute('aria-label')").asText();
  }

  /** Per cent of the pane's width that the upper image covers, as the browser lays it out. */
  private static int cutAt() {
    return browser
        .evaluate(
            "(() => { const pane = document.querySelector('.pane').getBoundingClientRect();"
                + " const edge = document.querySelector('.edge').getBoundingClientRect();"
                + " return Math.round((edge.left + 1 - pane.left) / pane.width * 100); })()")
        .asInt();
  }

  private static List<String> column(int index) {
    return strings(
        "[...document.querySelectorAll('.trials tbody tr')].map(r => r.cells["
            + index
            + "].dataset.sort)");
  }

  /** What is wider than the window, but for what lies in a box that scrolls by itself. */
  private static List<String> overflowing() {
    return strings(
        "(() => { const width = document.documentElement.clientWidth;"
            + " const page = document.documentElement.scrollWidth > width ? ['the page'] : [];"
            + " return page.concat([...document.querySelectorAll('main *, .theme')]"
            + ".filter(e => !e.closest('.scroll, pre, svg') || e.matches('.scroll, pre'))"
            + ".filter(e => e.getBoundingClientRect().right > width + 1)"
            + ".map(e => e.outerHTML.slice(0, 120))); })()");
  }

  private static List<String> strings(String expression) {
    List<String> strings = new ArrayList<>();
    browser.evaluate(expression).forEach(node -> strings.add(node.asText()));
    return strings;
  }
}
