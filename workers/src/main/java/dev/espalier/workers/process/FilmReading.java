package dev.espalier.workers.process;

import dev.espalier.workers.report.Arm.Stage;
import dev.espalier.workers.report.Film;
import dev.espalier.workers.report.Film.Frame;
import dev.espalier.workflows.CompressionResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts the networks of a report in the order they were made, a film per line of work: runs that
 * differ by how long they were finetuned, or by their seeds, are one.
 */
final class FilmReading {
  private static final String STEPS = "finetune.steps";
  private static final String SCALED = "svs.enabled";

  private FilmReading() {}

  static List<Film> read(List<CompressionResult> results, List<Setting> settings) {
    Set<String> varying = PlanFields.varying(results);
    boolean longer = varying.remove(STEPS);
    Map<Map<String, String>, List<Frame>> frames = new LinkedHashMap<>();
    Map<Map<String, String>, String> names = new LinkedHashMap<>();
    for (Setting setting : settings) {
      for (CompressionResult r : setting.results()) {
        PlanFields fields = PlanFields.of(r.plan());
        Map<String, String> line = fields.only(varying);
        String of = longer ? words(fields, varying) : setting.name();
        names.putIfAbsent(line, varying.contains(SCALED) ? of + svs(r) : of);
        add(frames.computeIfAbsent(line, k -> new ArrayList<>()), r, setting.name());
      }
    }
    List<Film> films = new ArrayList<>();
    frames.forEach((line, all) -> films.add(new Film(names.getOrDefault(line, ""), sorted(all))));
    return films;
  }

  private static void add(List<Frame> frames, CompressionResult r, String setting) {
    Stage last = ReportReading.last(r);
    int steps = r.plan().finetune().steps();
    List<Frame> made =
        List.of(
            new Frame(0, Stage.DENSE, setting),
            new Frame(0, Stage.PRUNED, setting),
            new Frame(steps, last, setting));
    for (Frame frame : made) {
      boolean there =
          frames.stream().anyMatch(f -> f.step() == frame.step() && f.stage() == frame.stage());
      if (!there) frames.add(frame);
    }
  }

  private static List<Frame> sorted(List<Frame> frames) {
    return frames.stream()
        .sorted(Comparator.comparingInt(Frame::step).thenComparing(Frame::stage))
        .toList();
  }

  private static String words(PlanFields fields, Set<String> varying) {
    StringBuilder name = new StringBuilder("ratio " + fields.get("prune.ratio"));
    for (String field : varying) {
      if (!field.equals("prune.ratio") && !field.equals(SCALED)) {
        name.append(", ").append(fields.words(field));
      }
    }
    return name.toString();
  }

  private static String svs(CompressionResult r) {
    return r.svs() == null ? ", without SVS" : ", with SVS";
  }
}
