package dev.espalier.workers.process;

import dev.espalier.workers.report.Trial;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.ReportActivity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the runs of a sweep or a comparison one by one. */
final class TrialReading {
  private static final String SEED = "seed";

  private TrialReading() {}

  /** Nothing of a single run. */
  static List<Trial> read(ReportActivity.Request request) {
    List<CompressionResult> results = request.results();
    if (results.size() < 2) return List.of();
    Set<String> varying = PlanFields.varying(results);
    boolean seeds = results.stream().map(r -> r.plan().finetune().seed()).distinct().count() > 1;
    List<Trial> trials = new ArrayList<>();
    for (CompressionResult r : results) {
      Map<String, String> values = PlanFields.of(r.plan()).only(varying);
      if (seeds) values.put(SEED, String.valueOf(r.plan().finetune().seed()));
      trials.add(
          new Trial(
              r.run(),
              request.labels().getOrDefault(r.run(), r.run()),
              ReportReading.last(r),
              values,
              ReportReading.measures(List.of(r.finetuned()), r.finetuned().seconds())));
    }
    return trials;
  }
}
