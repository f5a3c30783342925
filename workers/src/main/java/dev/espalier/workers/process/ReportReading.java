package dev.espalier.workers.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.LoadedNetwork;
import dev.espalier.activities.Workbench;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.workers.report.Arm;
import dev.espalier.workers.report.Arm.Measures;
import dev.espalier.workers.report.Arm.Stage;
import dev.espalier.workers.report.Arm.Width;
import dev.espalier.workers.report.Picture;
import dev.espalier.workers.report.ReportData;
import dev.espalier.workers.report.ReportData.Detail;
import dev.espalier.workers.report.ReportData.Fact;
import dev.espalier.workers.report.ReportData.Facts;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.ReportActivity;
import dev.espalier.workflows.SvsActivity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Gathers from the shelf all that a report shows of some finished runs. */
final class ReportReading {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  /** Of more settings only the best are shown with images, curves, spectra and widths. */
  private static final int DETAILED = 24;

  /** Of more different values only the number is told. */
  private static final int MOST_VALUES = 6;

  private final Workbench bench;
  private final SpectrumReading spectra;
  private final CurveReading curves;

  ReportReading(Workbench bench) {
    this.bench = bench;
    this.spectra = new SpectrumReading(bench);
    this.curves = new CurveReading(bench);
  }

  ReportData read(ReportActivity.Request request) throws IOException {
    List<CompressionResult> results = request.results();
    CompressionResult first = results.get(0);
    CompressionPlan plan = first.plan();
    List<Setting> settings = Setting.of(results, request.labels());
    List<Setting> detailed = Setting.best(settings, DETAILED);
    boolean shared = !PlanFields.measuresApart(results);
    List<Arm> arms = new ArrayList<>();
    if (shared) arms.add(dense("", results));
    for (Setting setting : settings) {
      if (!shared) arms.add(dense(setting.name(), setting.results()));
      arms.addAll(detailed.contains(setting) ? arms(setting) : measured(setting));
    }
    return new ReportData(
        request.run(),
        TIME.format(Instant.now()),
        new ReportData.Subject(
            distinct(results, CompressionPlan::network),
            distinct(results, CompressionPlan::data),
            distinct(results, p -> p.prune().criterion()),
            distinct(results, p -> p.prune().ratio()),
            distinct(results, p -> p.finetune().steps()),
            plan.svs().power()),
        new ReportData.Protocol(
            plan.evaluate().samples(),
            plan.evaluate().steps(),
            plan.evaluate().spacing(),
            first.dense().extractor(),
            extractorWidth(first),
            plan.data(),
            evaluation(first.dense()).numbers().path("realImages").asInt(),
            results.stream().map(r -> r.plan().finetune().seed()).distinct().sorted().toList()),
        arms,
        facts(results),
        details(results),
        new PublishedReading(request, spectra::largest).read(),
        new SweptReading(request).read(),
        TrialReading.read(request),
        FilmReading.read(results, detailed),
        notes(results, settings.size()));
  }

  private static <T extends Comparable<T>> List<T> distinct(
      List<CompressionResult> results, Function<CompressionPlan, T> field) {
    return results.stream().map(r -> field.apply(r.plan())).distinct().sorted().toList();
  }

  private static <K> List<List<CompressionResult>> groups(
      List<CompressionResult> results, Function<CompressionResult, K> key) {
    Map<K, List<CompressionResult>> groups =
        results.stream()
            .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    return List.copyOf(groups.values());
  }

  /** Measured once per seed of the evaluation. */
  private Arm dense(String setting, List<CompressionResult> results) throws IOException {
    CompressionResult first = results.get(0);
    return shown(
        Arm.of(Stage.DENSE, setting),
        first.plan().dense(),
        evaluations(results, CompressionResult::dense),
        first.dense().seconds());
  }

  /** Each once, though several runs may share it. */
  private static List<EvaluateActivity.Result> evaluations(
      List<CompressionResult> results, Function<CompressionResult, EvaluateActivity.Result> of) {
    Map<String, EvaluateActivity.Result> distinct = new LinkedHashMap<>();
    results.stream().map(of).forEach(e -> distinct.putIfAbsent(e.evaluation().key(), e));
    return List.copyOf(distinct.values());
  }

  /** The arms of one pruned network: pruned, scaled, and what finetuning made of both. */
  private List<Arm> arms(Setting setting) throws IOException {
    List<CompressionResult> results = setting.results();
    CompressionResult first = results.get(0);
    String name = setting.name();
    List<Arm> arms = new ArrayList<>();
    Arm pruned =
        shown(
            Arm.of(Stage.PRUNED, name),
            first.prune().network(),
            evaluations(results, CompressionResult::pruned),
            first.prune().seconds());
    arms.add(pruned.withWidths(widths(first)));
    for (List<CompressionResult> same : groups(results, r -> r.plan().svs().enabled())) {
      arms.addAll(after(name, same));
    }
    return arms;
  }

  /** The measures alone of a setting that is not shown in detail. */
  private static List<Arm> measured(Setting setting) {
    List<CompressionResult> results = setting.results();
    CompressionResult first = results.get(0);
    List<Arm> arms = new ArrayList<>();
    arms.add(
        Arm.of(Stage.PRUNED, setting.name())
            .with(
                measures(
                    evaluations(results, CompressionResult::pruned), first.prune().seconds())));
    for (List<CompressionResult> same : groups(results, r -> r.plan().svs().enabled())) {
      CompressionResult one = same.get(0);
      if (last(one) == Stage.PRUNED) continue;
      double seconds = one.prune().seconds() + (one.svs() == null ? 0 : one.svs().seconds());
      if (one.finetune() != null) seconds += one.finetune().seconds();
      arms.add(
          Arm.of(last(one), setting.name())
              .with(measures(evaluations(same, CompressionResult::finetuned), seconds)));
    }
    return arms;
  }

  /** What became of a pruned network: scaled or drawn anew, and finetuned, as far as there is. */
  private List<Arm> after(String name, List<CompressionResult> same) throws IOException {
    CompressionResult one = same.get(0);
    List<Arm> arms = new ArrayList<>();
    SvsActivity.Result svs = one.svs();
    FinetuneActivity.Result finetune = one.finetune();
    List<EvaluateActivity.Result> last = evaluations(same, CompressionResult::finetuned);
    double seconds = one.prune().seconds() + (svs == null ? 0 : svs.seconds());
    if (svs != null) {
      boolean draws = one.plan().svs().draws();
      Arm refined =
          Arm.of(draws ? Stage.DRAWN : Stage.SCALED, name)
              .scaledBy(draws ? 1 : one.plan().svs().power());
      arms.add(
          finetune == null
              ? shown(refined, svs.network(), last, seconds)
              : spectra.of(refined, svs.network()));
    }
    if (finetune != null) {
      Arm tuned =
          shown(Arm.of(last(one), name), finetune.network(), last, seconds + finetune.seconds());
      arms.add(curves.of(tuned, finetune));
    }
    return arms;
  }

  /** How far the last network of a run has come. */
  static Stage last(CompressionResult result) {
    boolean draws = result.svs() != null && result.plan().svs().draws();
    if (result.finetune() == null) {
      return result.svs() == null ? Stage.PRUNED : draws ? Stage.DRAWN : Stage.SCALED;
    }
    if (draws) return Stage.DRAWN_FINETUNED;
    return result.svs() == null ? Stage.FINETUNED : Stage.SVS_FINETUNED;
  }

  private Arm shown(
      Arm arm, Artifact network, List<EvaluateActivity.Result> evaluations, double seconds)
      throws IOException {
    Picture samples =
        new Picture(
            evaluation(evaluations.get(0)).bytes("samples.png"),
            "samples of the " + arm.stage().label() + " network " + arm.setting());
    return spectra.of(arm.with(measures(evaluations, seconds)).withSamples(samples), network);
  }

  /** Of one network, or of one per seed. */
  static Measures measures(List<EvaluateActivity.Result> evaluations, double seconds) {
    EvaluateActivity.Result first = evaluations.get(0);
    return new Measures(
        first.parameters(),
        first.macs(),
        evaluations.stream().map(EvaluateActivity.Result::frechetDistance).toList(),
        evaluations.stream().map(EvaluateActivity.Result::ssim).toList(),
        first.imagesPerSecond(),
        seconds,
        first.measures());
  }

  private StoredArtifact evaluation(EvaluateActivity.Result result) {
    return bench.shelf().get(result.evaluation().key());
  }

  /** From the dense network's widths, whatever turns lay between. */
  private List<Width> widths(CompressionResult result) {
    Map<String, Integer> dense = new LinkedHashMap<>();
    if (!result.earlier().isEmpty()) {
      cuts(result.earlier().get(0).prune().network())
          .forEach(c -> dense.put(c.path("root").asText(), c.path("before").asInt()));
    }
    List<Width> widths = new ArrayList<>();
    for (JsonNode cut : cuts(result.prune().network())) {
      String root = cut.path("root").asText();
      int before = dense.getOrDefault(root, cut.path("before").asInt());
      widths.add(new Width(root, before, cut.path("kept").size()));
    }
    return widths;
  }

  private JsonNode cuts(Artifact pruned) {
    byte[] bytes = bench.shelf().get(pruned.key()).bytes("cuts.json");
    return Json.parse(new String(bytes, StandardCharsets.UTF_8), "cuts.json");
  }

  /**
   * As the evaluation noted; of earlier ones, which did not, as the network's configuration says.
   */
  private int extractorWidth(CompressionResult result) {
    int noted = evaluation(result.dense()).numbers().path("featureWidth").asInt();
    if (noted > 0) return noted;
    StoredArtifact extractor =
        bench.networks().get(Artifact.network(result.plan().evaluate().extractor()));
    String text = new String(extractor.bytes(LoadedNetwork.CONFIG), StandardCharsets.UTF_8);
    JsonNode widths = Json.parse(text, extractor.prefix()).path("block_out_channels");
    return widths.path(widths.size() - 1).asInt();
  }

  private List<Facts> facts(List<CompressionResult> results) {
    JsonNode numbers = evaluation(results.get(0).dense()).numbers();
    List<Fact> pruning =
        List.of(
            fact("criterion", results, r -> r.plan().prune().criterion()),
            fact("threshold T", results, r -> r.plan().prune().threshold()),
            fact("timesteps summed", results, r -> r.prune().timestepsUsed()),
            fact("timestep stride", results, r -> r.plan().prune().timestepStride()),
            fact("calibration images", results, r -> r.plan().prune().calibrationImages()),
            fact("seed", results, r -> r.plan().prune().seed()));
    List<Fact> training =
        List.of(
            fact("steps", results, r -> r.plan().finetune().steps()),
            fact("batch", results, r -> r.plan().finetune().batch()),
            fact("Adam learning rate", results, r -> r.plan().finetune().learningRate()),
            fact("precision", results, r -> r.plan().finetune().precision()));
    List<Fact> scaling = new ArrayList<>();
    for (CompressionResult r : results) {
      if (r.svs() == null) continue;
      scaling.add(
          new Fact(
              "median κ at ratio " + r.plan().prune().ratio(),
              String.format(
                  Locale.ROOT,
                  "%.2f → %.2f",
                  r.svs().medianConditionBefore(),
                  r.svs().medianConditionAfter())));
    }
    List<Facts> facts = new ArrayList<>();
    facts.add(
        new Facts(
            "Machine", List.of(new Fact("evaluated on", numbers.path("environment").asText()))));
    facts.add(new Facts("Prune", pruning));
    if (!scaling.isEmpty()) {
      facts.add(new Facts("SVS", scaling.stream().distinct().limit(DETAILED).toList()));
    }
    facts.add(new Facts("Finetune", training));
    return facts;
  }

  /** Every value that there is among the runs. */
  private static Fact fact(
      String name, List<CompressionResult> results, Function<CompressionResult, Object> value) {
    List<String> values = results.stream().map(r -> value.apply(r).toString()).distinct().toList();
    return new Fact(
        name,
        values.size() > MOST_VALUES
            ? values.size() + " different ones"
            : String.join(", ", values));
  }

  private static List<Detail> details(List<CompressionResult> results) {
    return results.stream()
        .map(r -> new Detail("Plan of " + r.run(), Json.pretty(r.plan())))
        .toList();
  }

  private static List<String> notes(List<CompressionResult> results, int settings) {
    CompressionResult first = results.get(0);
    List<String> notes = new ArrayList<>();
    if (settings > DETAILED) {
      notes.add(
          String.format(
              "Of %d settings the %d with the best run are shown with samples, curves, spectra and"
                  + " widths; the tables have all.",
              settings, DETAILED));
    }
    if (PlanFields.measuresApart(results)) {
      notes.add(
          "These runs were not all measured the same way: they differ in "
              + String.join(", ", PlanFields.measuring(results))
              + ". Compare only numbers whose headings agree in those.");
    }
    if (first.plan().prune().timestepStride() > 1) {
      notes.add(
          String.format(
              "The published criterion sums the gradients of every timestep; here every %dth is"
                  + " taken, to save time.",
              first.plan().prune().timestepStride()));
    }
    long seeds = results.stream().map(r -> r.plan().finetune().seed()).distinct().count();
    if (seeds == 1) {
      notes.add(
          "One seed: differences of a few per cent between arms are within what another seed"
              + " would change.");
    }
    if (results.stream().map(CompressionResult::svs).anyMatch(Objects::nonNull)) {
      notes.add(
          "Scaling acts on the weights before finetuning; what the loss and the distance make of"
              + " it is shown as it came out.");
    }
    return notes;
  }
}
