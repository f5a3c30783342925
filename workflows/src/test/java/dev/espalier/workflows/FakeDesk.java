package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Resolves plans with two recipes as the real activity does; its reports are only names. */
final class FakeDesk implements PlanActivity, ReportActivity {
  static final Map<String, String> RECIPES =
      Map.of(
          "quick", "{\"prune\": {\"ratio\": 0.3}, \"finetune\": {\"steps\": 10, \"batch\": 8}}",
          "circular", "{\"recipe\": \"quick\"}");

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
      return ArmIds.of(request, arm -> PlanRequest.resolve(arm, FakeDesk::recipe));
    } catch (InvalidInput e) {
      throw InvalidInputFailure.of(e);
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
