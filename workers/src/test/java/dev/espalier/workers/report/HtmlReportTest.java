package dev.espalier.workers.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.workers.report.Arm.Measures;
import dev.espalier.workers.report.Arm.Stage;
import dev.espalier.workers.report.Arm.Width;
import dev.espalier.workers.report.ReportData.Detail;
import dev.espalier.workers.report.ReportData.Fact;
import dev.espalier.workers.report.ReportData.Facts;
import dev.espalier.workers.report.ReportData.Protocol;
import dev.espalier.workers.report.ReportData.Subject;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
  private static final String HOSTILE =
      "</td><script>alert(1)</script> & \"'\u0001 http://example.org";

  @Test
  void showsEverySectionOfASweep() throws Exception {
    String page = HtmlReport.render(SampleReport.sweep());
    Path file = Path.of(System.getProperty("espalier.root"), "workers/target/report.html");
    Files.writeString(Files.createDirectories(file.getParent()).resolve(file.getFileName()), page);
    Document html = parse(page);

    assertThat(texts(html, "h2"))
        .containsExactly(
            "Result",
            "Measures",
            "Runs",
            "Quality against cost",
            "Samples",
            "Finetuning, step by step",
            "Singular values",
            "Widths",
            "Reading these numbers",
            "Record");
    assertThat(texts(html, "h1")).containsExactly("fashion-ddpm at pruning ratios 0.5 and 0.7");
    assertThat(elements(html, "img")).hasSize(8); // the dense grid stands in each of two rows
    assertThat(ids(html)).doesNotHaveDuplicates();
  }

  @Test
  void tableHasARowPerMeasuredNetworkAndNamesTheMetricAfterItsExtractor() throws Exception {
    ReportData data = SampleReport.sweep();
    Document html = parse(HtmlReport.render(data));
    Element table = styled(html, "table", "results");

    assertThat(texts(table, "th"))
        .contains(
            "Network",
            "Parameters",
            "MACs",
            "Fréchet distance (fashion-classifier)\u00a0↓",
            "SSIM against dense\u00a0↑",
            "ratio 0.5",
            "ratio 0.7")
        .containsSequence("pruned", "finetuned", "+ SVS, finetuned");
    Element dense =
        (Element) ((Element) table.getElementsByTagName("tbody").item(0)).getFirstChild();
    assertThat(texts(dense, "td"))
        .containsExactly("1,112,801", "151 M", "23.421.9 to 24.9", "–", "47.3", "–");
    assertThat(texts(table, "td")).contains("281,20125 %", "39 M26 %");
  }

  @Test
  void scaledConditionNumbersStandBesideTheRootTheyMustEqual() throws Exception {
    Document html = parse(HtmlReport.render(SampleReport.sweep()));
    NodeList rows = styled(html, "table", "conditions").getElementsByTagName("tr");
    int compared = 0;
    for (int i = 0; i < rows.getLength(); i++) {
      List<String> cells = texts((Element) rows.item(i), "td");
      if (cells.size() != 6) continue;
      assertThat(cells.get(3)).as(rows.item(i).getTextContent()).isEqualTo(cells.get(2));
      compared++;
    }
    assertThat(compared).isEqualTo(8); // the median and three weights, twice
  }

  @Test
  void wholeNetworksSpectraPublishedNumbersAndSweptFieldsAreShown() throws Exception {
    ReportData d = SampleReport.sweep();
    WeightSpectra spectra =
        new WeightSpectra(
            2.5,
            0.25,
            4.9,
            30,
            11,
            25,
            List.of(new WeightSpectra.Bin(0.1, 0.5, 1), new WeightSpectra.Bin(0.5, 3, 3)),
            List.of(new WeightSpectra.Weight("conv_in.weight", 32, 9, 2.5, 0.25, 10, 3.5, 6.1)));
    List<Arm> arms = d.arms().stream().map(a -> a.with(spectra)).toList();
    PublishedNumbers published =
        new PublishedNumbers(
            "a paper",
            List.of(
                new PublishedNumbers.Row(
                    "theirs",
                    "finetuned",
                    List.of(
                        new PublishedNumbers.Cell("FID", 5.29, 12.3456),
                        new PublishedNumbers.Cell("SSIM", 0.932, null)),
                    "other steps")));
    SweptQuantity swept =
        new SweptQuantity(
            "without svs",
            "prune.ratio",
            "SSIM",
            List.of(
                new SweptQuantity.Line(
                    Stage.PRUNED, List.of(new Arm.Point(0.1, 0.9), new Arm.Point(0.2, 0.8))),
                new SweptQuantity.Line(null, List.of(new Arm.Point(0.1, 0.95)))));
    Document html =
        parse(
            HtmlReport.render(
                new ReportData(
                    d.run(),
                    d.finished(),
                    d.subject(),
                    d.protocol(),
                    arms,
                    d.facts(),
                    d.details(),
                    published,
                    List.of(swept),
                    d.trials(),
                    d.films(),
                    d.notes())));
    assertThat(texts(html, "h2")).contains("Published numbers", "Across the sweep");
    assertThat(texts(styled(html, "table", "published"), "td"))
        .containsExactly("5.2912.35", "0.932–", "finetuned");
    assertThat(texts(html, "p")).contains("theirs: other steps");
    Element table = styled(html, "table", "spectrum");
    assertThat(elements(table, "tr")).hasSize(1 + 2 + arms.size()); // head and two settings
    assertThat(texts(table, "td")).startsWith("2.5", "0.25", "4.9", "30", "11", "25");
    assertThat(texts(html, "summary")).contains("Every weight of: dense");
    assertThat(texts(styled(html, "table", "weights"), "td"))
        .containsExactly("32 × 9", "2.5", "0.25", "10", "3.5", "6.1");
    assertThat(texts(html, "figcaption")).contains("All singular values", "without svs");
  }

  @Test
  void fetchesNothing() throws Exception {
    String page = HtmlReport.render(SampleReport.sweep());
    assertThat(page)
        .doesNotContain("@import", "url(", "fetch(", "XMLHttpRequest", "http:", "https:");
    Document html = parse(page);
    NodeList all = html.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      for (String attribute : List.of("src", "href", "srcset", "data", "action", "poster")) {
        if (element.hasAttribute(attribute)) {
          assertThat(element.getAttribute(attribute)).startsWith("data:");
        }
      }
    }
    assertThat(page).contains("default-src &#39;none&#39;");
  }

  @Test
  void textStaysTextWhateverItHolds() throws Exception {
    Arm arm =
        Arm.of(Stage.PRUNED, HOSTILE)
            .with(new Measures(1, 1, List.of(1.0), List.of(), 1, 1))
            .withWidths(List.of(new Width(HOSTILE, 4, 2)))
            .withSamples(new Picture(new byte[] {1}, HOSTILE));
    ReportData data =
        new ReportData(
            HOSTILE,
            HOSTILE,
            new Subject(
                List.of(HOSTILE),
                List.of(HOSTILE),
                List.of(HOSTILE),
                List.of(0.5),
                List.of(1),
                0.5),
            new Protocol(1, 1, HOSTILE, HOSTILE, 1, HOSTILE, 1, List.of(1L)),
            List.of(arm),
            List.of(new Facts(HOSTILE, List.of(new Fact(HOSTILE, HOSTILE)))),
            List.of(new Detail(HOSTILE, HOSTILE)),
            List.of(HOSTILE));
    Document html = parse(HtmlReport.render(data));

    assertThat(elements(html, "script")).hasSize(1);
    assertThat(texts(html, "pre")).containsExactly(HOSTILE.replace('\u0001', '\uFFFD'));
    assertThat(texts(html, "title").get(0)).contains("<script>");
  }

  @Test
  void everyRunHasALineAndARowBestFirst() throws Exception {
    Document html = parse(HtmlReport.render(SampleReport.sweep()));
    Element table = styled(html, "table", "trials");
    assertThat(texts(table, "th"))
        .containsSequence(
            "Run",
            "ratio",
            "svs",
            "Fréchet distance (fashion-classifier)\u00a0↓",
            "SSIM against dense\u00a0↑",
            "MACs\u00a0↓",
            "ms per image\u00a0↓",
            "parameters\u00a0↓");
    assertThat(texts(table, "th")).contains("prune.ratio=0.5 + SVS, finetunedrun-1");
    List<Double> distances =
        elements(table, "tr").stream()
            .filter(row -> row.hasAttribute("data-trial"))
            .map(row -> elements(row, "td").get(2).getAttribute("data-sort"))
            .map(Double::valueOf)
            .toList();
    assertThat(distances).hasSize(4).isSorted();
    Element lines = styled(html, "svg", "parallel");
    assertThat(elements(lines, "path")).hasSize(4);
    assertThat(texts(lines, "text")).contains("ratio", "0.5", "0.7", "svs", "true", "false");
  }

  @Test
  void theParetoFrontIsWhatNoOtherNetworkBeatsInBoth() throws Exception {
    Document html = parse(HtmlReport.render(SampleReport.sweep()));
    String macs = "On the front: ratio 0.7, + SVS, finetuned; ratio 0.5, + SVS, finetuned; dense.";
    assertThat(texts(html, "p")).contains(macs);
    assertThat(texts(html, "figcaption")).contains("against MACs", "against ms per image");
  }

  @Test
  void aSliderHasAStopForEveryStageAndAFrameForEveryStop() throws Exception {
    Document html = parse(HtmlReport.render(SampleReport.sweep()));
    Element slider =
        elements(html, "input").stream()
            .filter(e -> e.getAttribute("id").equals("film-at"))
            .findFirst()
            .orElseThrow();
    assertThat(slider.getAttribute("data-stops")).isEqualTo("dense|pruned|step 300");
    assertThat(slider.getAttribute("max")).isEqualTo("2");
    List<String> frames =
        elements(html, "figure").stream()
            .map(e -> e.getAttribute("data-frames"))
            .filter(f -> !f.isEmpty())
            .toList();
    assertThat(frames)
        .containsExactly(
            "grid-0 grid-1 grid-3",
            "grid-0 grid-1 grid-4",
            "grid-0 grid-5 grid-7",
            "grid-0 grid-5 grid-8");
    assertThat(ids(html)).contains("grid-0", "grid-1", "grid-3", "grid-4", "grid-5", "grid-7");
  }

  @Test
  void aResumedTrainingIsMarkedWithTheStepsThatWereDoneAgain() throws Exception {
    Document html = parse(HtmlReport.render(SampleReport.sweep()));
    assertThat(texts(html, "title"))
        .contains("resumed from step 150, after step 187: 37 done again");
    assertThat(elements(html, "rect").stream().map(e -> e.getAttribute("class"))).contains("band");
  }

  @Test
  void anEmptyRunStillMakesAPage() throws Exception {
    ReportData sweep = emptied();
    Document html = parse(HtmlReport.render(sweep));
    assertThat(texts(html, "h2")).containsExactly("Reading these numbers", "Record");
    assertThat(elements(html, "svg")).isEmpty();
  }

  @Test
  void everyMeasureStandsAboveItsInterval() throws Exception {
    Document html = parse(HtmlReport.render(SampleReport.sweep()));
    Element table = styled(html, "table", "measures");
    assertThat(texts(table, "th"))
        .startsWith("Network", "Fréchet distance (fashion-classifier)", "recallk=5", "dense");
    assertThat(texts(table, "td")).startsWith("23.322.1 to 24.9", "0.610.58 to 0.64", "–", "–");
  }

  @Test
  void numbersThatWereNotTakenAreDashes() throws Exception {
    ReportData d = SampleReport.sweep();
    Arm dense =
        Arm.of(Stage.DENSE, "")
            .with(new Measures(10, 10, List.of(Double.NaN), List.of(Double.NaN), 0, Double.NaN))
            .withSpectra(
                Map.of("w", Double.POSITIVE_INFINITY),
                List.of(new Arm.Spectrum("w", List.of(2.0, 0.5, 0.0))));
    Document html =
        parse(
            HtmlReport.render(
                new ReportData(
                    d.run(),
                    d.finished(),
                    d.subject(),
                    d.protocol(),
                    List.of(dense),
                    List.of(),
                    List.of(),
                    List.of())));
    assertThat(texts(styled(html, "table", "results"), "td"))
        .containsExactly("10", "10", "–", "–", "0", "–");
  }

  @Test
  void looksTheSameInEveryLanguage() throws Exception {
    String page = HtmlReport.render(SampleReport.sweep());
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(HtmlReport.render(SampleReport.sweep())).isEqualTo(page);
    } finally {
      Locale.setDefault(before);
    }
  }

  private static ReportData emptied() throws Exception {
    ReportData d = SampleReport.sweep();
    return new ReportData(
        d.run(),
        d.finished(),
        d.subject(),
        d.protocol(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private static Document parse(String page) throws Exception {
    assertThat(page).startsWith("<!DOCTYPE html>").doesNotContain("NaN", "Infinity", "null<");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page)));
  }

  private static List<Element> elements(Document html, String name) {
    return elements(html.getDocumentElement(), name);
  }

  private static List<Element> elements(Element root, String name) {
    NodeList found = root.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) elements.add((Element) found.item(i));
    return elements;
  }

  private static List<String> texts(Document html, String name) {
    return texts(html.getDocumentElement(), name);
  }

  private static List<String> texts(Element root, String name) {
    return elements(root, name).stream().map(Element::getTextContent).toList();
  }

  private static List<String> ids(Document html) {
    return elements(html, "*").stream()
        .map(e -> e.getAttribute("id"))
        .filter(id -> !id.isEmpty())
        .toList();
  }

  private static Element styled(Document html, String name, String style) {
    return elements(html, name).stream()
        .filter(e -> e.getAttribute("class").equals(style))
        .findFirst()
        .orElseThrow();
  }
}
