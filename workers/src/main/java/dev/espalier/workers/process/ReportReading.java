package dev.espalier.workers.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.CurveLog;
import dev.espalier.activities.LoadedNetwork;
import dev.espalier.activities.Workbench;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.workers.report.Arm;
import dev.espalier.workers.report.Arm.Curve;
import dev.espalier.workers.report.Arm.Measures;
import dev.espalier.workers.report.Arm.Point;
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
import org.jspecify.annotations.Nullable;

/** Gathers from the shelf all that a report shows of some finished runs. */
final class ReportReading {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private final Workbench bench;
  private final SpectrumReading spectra;

  ReportReading(Workbench bench) {
    this.bench = bench;
    this.spectra = new SpectrumReading(bench);
  }

  ReportData read(ReportActivity.Request request) throws IOException {
    List<CompressionResult> results = request.results();
    CompressionResult first = results.get(0);
    CompressionPlan plan = first.plan();
    List<Arm> arms = new ArrayList<>();
    arms.add(dense(first));
    for (Setting setting : Setting.of(results, request.labels())) arms.addAll(arms(setting));
    return new ReportData(
        request.run(),
        TIME.format(Instant.now()),
        new ReportData.Subject(
            plan.network(),
            plan.data(),
            plan.prune().criterion(),
            results.stream().map(r -> r.plan().prune().ratio()).distinct().sorted().toList(),
            plan.finetune().steps(),
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
        notes(results));
  }

  private static <K> List<List<CompressionResult>> groups(
      List<CompressionResult> results, Function<CompressionResult, K> key) {
    Map<K, List<CompressionResult>> groups =
        results.stream()
            .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    return List.copyOf(groups.values());
  }

  private Arm dense(CompressionResult result) throws IOException {
    EvaluateActivity.Result e = result.dense();
    return shown(Arm.of(Stage.DENSE, ""), result.plan().dense(), List.of(e), e.seconds());
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
            List.of(first.pruned()),
            first.prune().seconds());
    arms.add(pruned.withWidths(widths(first)));
    for (List<CompressionResult> same : groups(results, r -> r.plan().svs().enabled())) {
      arms.addAll(after(name, same));
    }
    return arms;
  }

  /** What became of a pruned network: scaled or drawn anew, and finetuned, as far as there is. */
  private List<Arm> after(String name, List<CompressionResult> same) throws IOException {
    CompressionResult one = same.get(0);
    List<Arm> arms = new ArrayList<>();
    SvsActivity.Result svs = one.svs();
    FinetuneActivity.Result finetune = one.finetune();
    List<EvaluateActivity.Result> last = same.stream().map(CompressionResult::finetuned).toList();
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
      arms.add(tuned.withCurves(curves(finetune), resumedAt(finetune)));
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
    EvaluateActivity.Result e = evaluations.get(0);
    Picture samples =
        new Picture(
            evaluation(e).bytes("samples.png"),
            "samples of the " + arm.stage().label() + " network " + arm.setting());
    Measures measures =
        new Measures(
            e.parameters(),
            e.macs(),
            evaluations.stream().map(EvaluateActivity.Result::frechetDistance).toList(),
            evaluations.stream().map(EvaluateActivity.Result::ssim).toList(),
            e.imagesPerSecond(),
            seconds,
            e.measures());
    return spectra.of(arm.with(measures).withSamples(samples), network);
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

  private List<Curve> curves(FinetuneActivity.Result finetune) {
    StoredArtifact trained = bench.shelf().get(finetune.network().key());
    List<CurveLog.Point> points = CurveLog.read(trained.bytes(CurveLog.PART)).points();
    return List.of(
        curve("training loss", points, CurveLog.Point::loss),
        curve("validation loss", points, CurveLog.Point::validationLoss));
  }

  private static Curve curve(
      String quantity,
      List<CurveLog.Point> points,
      Function<CurveLog.Point, @Nullable Double> value) {
    List<Point> drawn = new ArrayList<>();
    for (CurveLog.Point p : points) {
      Double y = value.apply(p);
      if (y != null) drawn.add(new Point(p.step(), y));
    }
    return new Curve(quantity, drawn);
  }

  private static List<Integer> resumedAt(FinetuneActivity.Result finetune) {
    int step = finetune.resumedFrom();
    return step == 0 ? List.of() : List.of(step);
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
    CompressionResult first = results.get(0);
    PruneConfig prune = first.plan().prune();
    JsonNode numbers = evaluation(first.dense()).numbers();
    List<Fact> pruning =
        List.of(
            new Fact("criterion", prune.criterion()),
            new Fact("threshold T", String.valueOf(prune.threshold())),
            new Fact("timesteps summed", String.valueOf(first.prune().timestepsUsed())),
            new Fact("timestep stride", String.valueOf(prune.timestepStride())),
            new Fact("calibration images", String.valueOf(prune.calibrationImages())),
            new Fact("seed", String.valueOf(prune.seed())));
    List<Fact> training =
        List.of(
            new Fact("steps", String.valueOf(first.plan().finetune().steps())),
            new Fact("batch", String.valueOf(first.plan().finetune().batch())),
            new Fact("Adam learning rate", String.valueOf(first.plan().finetune().learningRate())),
            new Fact("precision", first.plan().finetune().precision()));
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
    if (!scaling.isEmpty()) facts.add(new Facts("SVS", scaling.stream().distinct().toList()));
    facts.add(new Facts("Finetune", training));
    return facts;
  }

  private static List<Detail> details(List<CompressionResult> results) {
    return results.stream()
        .map(r -> new Detail("Plan of " + r.run(), Json.pretty(r.plan())))
        .toList();
  }

  private static List<String> notes(List<CompressionResult> results) {
    CompressionResult first = results.get(0);
    List<String> notes = new ArrayList<>();
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
