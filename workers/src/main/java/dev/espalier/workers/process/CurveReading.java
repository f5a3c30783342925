package dev.espalier.workers.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.CurveLog;
import dev.espalier.activities.Resume;
import dev.espalier.activities.Workbench;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.workers.report.Arm;
import dev.espalier.workers.report.Arm.Curve;
import dev.espalier.workers.report.Arm.Mark;
import dev.espalier.workers.report.Arm.Point;
import dev.espalier.workflows.FinetuneActivity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Adds to a finetuned network of a report how its training went. */
final class CurveReading {
  private final Workbench bench;

  CurveReading(Workbench bench) {
    this.bench = bench;
  }

  Arm of(Arm arm, FinetuneActivity.Result finetune) {
    StoredArtifact trained = bench.shelf().get(finetune.network().key());
    List<CurveLog.Point> points = CurveLog.read(trained.bytes(CurveLog.PART)).points();
    return arm.withCurves(
        List.of(
            curve("training loss", points, CurveLog.Point::loss),
            curve("validation loss", points, CurveLog.Point::validationLoss)),
        marks(points, trained.numbers(), finetune.resumedFrom()));
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

  /**
   * What the training's manifest notes of interruptions; of an earlier version's, which did not
   * note them, the last one. Divergences are noted in the curve.
   */
  static List<Mark> marks(List<CurveLog.Point> points, JsonNode numbers, int resumedFrom) {
    List<Mark> marks = new ArrayList<>();
    JsonNode noted = numbers.path("resumes");
    for (JsonNode one : noted) {
      Resume resume = Json.bind(one, Resume.class, "resumes");
      marks.add(new Mark("resumed", resume.step(), resume.reached()));
    }
    if (noted.isMissingNode() && resumedFrom > 0) {
      marks.add(new Mark("resumed", resumedFrom, resumedFrom));
    }
    for (CurveLog.Point p : points) {
      Integer diverged = p.diverged();
      if (diverged != null) marks.add(new Mark("taken back", p.step(), diverged));
    }
    marks.sort(Comparator.comparingInt(Mark::from));
    return marks;
  }
}
