package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** Resolves plans with two recipes as the real activity does; its reports are only names. */
final class FakeDesk implements PlanActivity, ReportActivity {
  static final Map<String, String> RECIPES =
      Map.of(
          "quick", "{\"prune\": {\"ratio\": 0.3}, \"finetune\": {\"steps\": 10, \"batch\": 8}}",
          "circular", "{\"recipe\": \"quick\"}");

  private static final int MOST_POINTS = 3;

  /** Reports wait for this. */
  volatile CountDownLatch gate = new CountDownLatch(0);

  final List<ReportActivity.Request> reports = Collections.synchronizedList(new ArrayList<>());

  @Override
  public CompressionPlan resolve(JsonNode request) {
    try {
      return PlanRequest.resolve(request, FakeDesk::recipe);
    } catch (InvalidInput e) {
      throw InvalidInputFailure.of(e);
    }
  }

  @Override
  public ArmIds arms(Arms request) {
    try {
      SweepPlan sweep = SweepPlan.of(request.sweep());
      return new ArmIds(
          sweep.points().stream()
              .skip(request.from())
              .limit(MOST_POINTS)
              .map(point -> ids(sweep, point))
              .toList());
    } catch (InvalidInput e) {
      throw InvalidInputFailure.of(e);
    }
  }

  private static List<String> ids(SweepPlan sweep, SweepPlan.Point point) {
    try {
      return IntStream.range(0, sweep.rungCount())
          .mapToObj(
              rung -> PlanRequest.resolve(sweep.atRung(point.request(), rung), FakeDesk::recipe))
          .map(plan -> sweep.checked(plan).fingerprint())
          .toList();
    } catch (InvalidInput e) {
      throw new InvalidInput("arm " + point.label() + ": " + e.getMessage(), e);
    }
  }

  static JsonNode recipe(String name) {
    String text = RECIPES.get(name);
    if (text == null) {
      throw new InvalidInput("recipe '" + name + "' does not exist; there are circular, quick");
    }
    return Json.parse(text, name);
  }

  @Override
  public ReportActivity.Result report(ReportActivity.Request request) {
    reports.add(request);
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new ReportActivity.Result("runs/" + request.run() + "/report.html");
  }
}
