package dev.espalier.workers.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.CurveLog;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.workers.report.Arm;
import dev.espalier.workers.report.Film;
import dev.espalier.workers.report.PublishedNumbers;
import dev.espalier.workers.report.SweptQuantity;
import dev.espalier.workers.report.Trial;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.Published;
import dev.espalier.workflows.ReportActivity;
import dev.espalier.workflows.SvsActivity;
import dev.espalier.workflows.SweepPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a report makes of a sweep's runs: names, published numbers, curves. */
class SweepReadingTest {
  @Test
  void componentsOfTheScalingAreNamedInWords() {
    ReportActivity.Request sweep =
        sweep(
            """
            {"plan": {"prune": {"ratio": 0.5}},
             "axes": {"svs.resetNorm": [true, false], "svs.power": [0.5, 0]}}
            """);
    assertThat(names(sweep))
        .containsExactly(
            "ratio 0.5, σ^0.5, norms reset",
            "ratio 0.5, σ^0, norms reset",
            "ratio 0.5, σ^0.5, norms as they were",
            "ratio 0.5, σ^0, norms as they were");
  }

  @Test
  void initialisationsAreToldApartThoughJsonLeavesThePrunedOneOut() {
    ReportActivity.Request sweep =
        sweep("{\"axes\": {\"svs.initialisation\": [\"pruned\", \"xavier\"]}}");
    assertThat(names(sweep))
        .containsExactly("ratio 0.5, pruned weights", "ratio 0.5, xavier weights");
    assertThat(sweep.results())
        .extracting(ReportReading::last)
        .containsExactly(Arm.Stage.SVS_FINETUNED, Arm.Stage.DRAWN_FINETUNED);
  }

  @Test
  void namedArmsKeepTheirNamesAndStandTogetherWithAndWithoutScaling() {
    ReportActivity.Request sweep =
        sweep(
            """
            {"arms": {"30 %": {"prune": {"ratio": 0.3}}, "50 %": {"finetune": {"steps": 9}}},
             "axes": {"svs.enabled": [false, true]}}
            """);
    assertThat(names(sweep)).containsExactly("30 %", "50 %");
    assertThat(Setting.of(sweep.results(), sweep.labels()))
        .allMatch(setting -> setting.results().size() == 2);
  }

  @Test
  void armsThatDifferByTheScalingAloneStandTogetherUnderBothNames() {
    ReportActivity.Request sweep =
        sweep(
            """
            {"arms": {"unscaled": {"svs": {"enabled": false}}, "scaled": {},
                      "weights only": {"svs": {"scaleBias": false, "resetNorm": false}}}}
            """);
    assertThat(names(sweep)).containsExactly("unscaled and scaled", "weights only");
  }

  @Test
  void publishedNumbersStandBesideThoseOfTheirArm() {
    ReportActivity.Request sweep =
        sweep(
            """
            {"arms": {"a": {"prune": {"ratio": 0.3}}, "b": {}},
             "published": {"source": "a paper", "rows": [
               {"name": "dense", "network": "dense", "values": {"FID": 4.19, "sigmaMax": 3}},
               {"name": "ours", "arm": "a", "values": {"FID": 5.29, "precision": 0.7, "steps": 9}},
               {"name": "elsewhere", "values": {"FID": 9}, "note": "not run"}]}}
            """);
    PublishedNumbers numbers =
        new PublishedReading(sweep, network -> network.key().length()).read();
    assertThat(numbers).isNotNull();
    assertThat(numbers.rows().get(0).cells())
        .extracting(PublishedNumbers.Cell::ours)
        .containsExactly(20.0, (double) "networks/fashion-ddpm".length());
    assertThat(numbers.rows().get(1).ours()).isEqualTo("finetuned, a");
    assertThat(numbers.rows().get(1).cells())
        .extracting(PublishedNumbers.Cell::ours)
        .containsExactly(30.0, 0.6, 300.0);
    assertThat(numbers.rows().get(2).cells().get(0).ours()).isNull();
    assertThat(numbers.rows().get(2).note()).isEqualTo("not run");
  }

  @Test
  void theNumberThatWasVariedIsTheAxisOfCurvesWithThePublishedOnesBeside() {
    ReportActivity.Request sweep =
        sweep(
            """
            {"plan": {"finetune": {"steps": 0}, "svs": {"enabled": false}},
             "axes": {"prune.ratio": [0.1, 0.2, 0.3]},
             "published": {"source": "a figure", "rows": [
               {"name": "0.1", "arm": "prune.ratio=0.1", "values": {"SSIM": 0.9}},
               {"name": "0.3", "arm": "prune.ratio=0.3", "values": {"SSIM": 0.7}}]}}
            """);
    List<SweptQuantity> swept = new SweptReading(sweep).read();
    assertThat(swept)
        .extracting(SweptQuantity::measure)
        .containsExactly("SSIM", "Fréchet distance");
    SweptQuantity ssim = swept.get(0);
    assertThat(ssim.field()).isEqualTo("prune.ratio");
    assertThat(ssim.lines())
        .extracting(SweptQuantity.Line::stage)
        .containsExactly(Arm.Stage.PRUNED, null);
    assertThat(ssim.lines().get(0).points())
        .containsExactly(new Arm.Point(0.1, 0.9), new Arm.Point(0.2, 0.8), new Arm.Point(0.3, 0.7));
    assertThat(ssim.lines().get(1).points())
        .containsExactly(new Arm.Point(0.1, 0.9), new Arm.Point(0.3, 0.7));
    assertThat(swept.get(1).lines()).hasSize(1);
  }

  @Test
  void everyRunIsATrialWithWhatWasVariedAndItsSeedWhereThereAreSeveral() {
    ReportActivity.Request sweep =
        sweep("{\"axes\": {\"prune.ratio\": [0.3, 0.5], \"finetune.seed\": [1, 2]}}");
    List<Trial> trials = TrialReading.read(sweep);
    assertThat(trials).hasSize(4);
    assertThat(trials.get(3).values()).isEqualTo(Map.of("prune.ratio", "0.5", "seed", "2"));
    assertThat(trials.get(3).label()).isEqualTo("prune.ratio=0.5 finetune.seed=2");
    assertThat(trials.get(3).measures().frechetDistance()).containsExactly(50.0);
    assertThat(TrialReading.read(sweep("{\"axes\": {\"prune.ratio\": [0.3]}}"))).isEmpty();
  }

  @Test
  void aFilmGoesOverTheStepsOfRunsThatDifferByHowLongTheyWereTrained() {
    ReportActivity.Request sweep =
        sweep("{\"axes\": {\"svs.enabled\": [false, true], \"finetune.steps\": [300, 0, 100]}}");
    List<Film> films = FilmReading.read(sweep.results(), Setting.of(sweep.results(), Map.of()));
    assertThat(films)
        .extracting(Film::name)
        .containsExactly("ratio 0.5, without SVS", "ratio 0.5, with SVS");
    assertThat(films.get(1).frames())
        .extracting(f -> f.stage() + " " + f.step())
        .containsExactly(
            "DENSE 0", "PRUNED 0", "SCALED 0", "SVS_FINETUNED 100", "SVS_FINETUNED 300");
    assertThat(films.get(1).frames().get(4).setting()).isEqualTo("ratio 0.5, 300 steps");
  }

  @Test
  void ofManySettingsTheBestAreShownInDetailInTheirOrder() {
    ReportActivity.Request sweep = sweep("{\"axes\": {\"prune.ratio\": [0.7, 0.5, 0.3, 0.6]}}");
    List<Setting> all = Setting.of(sweep.results(), sweep.labels());
    assertThat(Setting.best(all, 2))
        .extracting(Setting::name)
        .containsExactly("ratio 0.5", "ratio 0.3");
    assertThat(Setting.best(all, 24)).isEqualTo(all);
  }

  @Test
  void networksOfTheirOwnAndOtherMeasurementsAreNotTakenForOne() {
    ReportActivity.Request alike = sweep("{\"axes\": {\"prune.ratio\": [0.3, 0.5]}}");
    assertThat(PlanFields.measuresApart(alike.results())).isFalse();
    ReportActivity.Request apart =
        sweep("{\"axes\": {\"evaluate.samples\": [500, 1000], \"prune.ratio\": [0.3, 0.5]}}");
    assertThat(PlanFields.measuring(apart.results())).containsExactly("evaluate.samples");
  }

  @Test
  void interruptionsAndDivergencesAreMarkedWhereTrainingWentOn() {
    List<CurveLog.Point> curve =
        List.of(
            new CurveLog.Point(40, null, null, null, null, 52),
            new CurveLog.Point(41, 0.5, null, null, null, null));
    JsonNode noted =
        Json.parse(
            "{\"resumes\": [{\"step\": 25, \"reached\": 37}, {\"step\": 50, \"reached\": 50}]}",
            "test");
    assertThat(CurveReading.marks(curve, noted, 50))
        .containsExactly(
            new Arm.Mark("resumed", 25, 37),
            new Arm.Mark("taken back", 40, 52),
            new Arm.Mark("resumed", 50, 50));
    JsonNode before = Json.parse("{\"resumedFrom\": 50}", "test");
    assertThat(CurveReading.marks(List.of(), before, 50))
        .containsExactly(new Arm.Mark("resumed", 50, 50));
    assertThat(CurveReading.marks(List.of(), before, 0)).isEmpty();
  }

  @Test
  void twoValuesAreNoCurve() {
    assertThat(new SweptReading(sweep("{\"axes\": {\"prune.ratio\": [0.1, 0.2]}}")).read())
        .isEmpty();
  }

  private static List<String> names(ReportActivity.Request sweep) {
    return Setting.of(sweep.results(), sweep.labels()).stream().map(Setting::name).toList();
  }

  /** The request of a sweep's report, with made-up results: distance 100·ratio, SSIM 1 − ratio. */
  private static ReportActivity.Request sweep(String json) {
    SweepPlan sweep = SweepPlan.of(Json.parse(json, "test"));
    List<CompressionResult> results = new ArrayList<>();
    Map<String, String> labels = new LinkedHashMap<>();
    for (SweepPlan.Point point : sweep.points()) {
      CompressionPlan plan = PlanRequest.resolve(point.request(), SweepReadingTest::noRecipe);
      labels.put(plan.fingerprint(), point.label());
      results.add(result(plan));
    }
    Published published = sweep.published();
    return new ReportActivity.Request("run", results, labels, published, List.of());
  }

  private static JsonNode noRecipe(String name) {
    throw new InvalidInput("no recipe " + name);
  }

  private static CompressionResult result(CompressionPlan plan) {
    double ratio = plan.prune().ratio();
    return new CompressionResult(
        plan.fingerprint(),
        plan,
        evaluation(20, 1),
        new PruneActivity.Result(stage("prune"), 10, 5, 10, 5, 1, false, 1),
        evaluation(200 * ratio, Math.round(100 * (1 - ratio)) / 100.0),
        plan.svs().enabled() ? new SvsActivity.Result(stage("svs"), 4, 2, false, 1) : null,
        plan.finetunes()
            ? new FinetuneActivity.Result(stage("finetune"), 300, 0, 1, 1, false, 1)
            : null,
        evaluation(100 * ratio, 1 - ratio),
        null,
        List.of());
  }

  private static EvaluateActivity.Result evaluation(double distance, double ssim) {
    return new EvaluateActivity.Result(
        stage("evaluate"),
        distance,
        "fashion-classifier",
        ssim,
        10,
        20,
        1,
        false,
        1,
        null,
        List.of(new Measure("precision", 0.6, null, 10, "k=5")));
  }

  private static Artifact stage(String stage) {
    return new Artifact("stages/" + stage + "/0123456789abcdef0123");
  }
}
