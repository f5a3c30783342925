package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.CurveLog;
import dev.espalier.activities.shelf.CorruptArtifact;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.process.ReportStage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What the shelf tells of a run: the stages it uses, the curves of its trainings, its results. */
final class RunShelf {
  private static final List<String> TRAININGS = List.of("finetune", "train");
  private static final List<String> RESULTS =
      List.of("dense", "prune", "pruned", "svs", "finetune", "finetuned");

  private final Shelf shelf;
  private final ObjectStore store;
  private final String run;

  RunShelf(Shelf shelf, ObjectStore store, String run) {
    this.shelf = shelf;
    this.store = store;
    this.run = run;
  }

  /** Prefixes of the results that the run has asked for, such as {@code stages/finetune/<key>}. */
  Set<String> stages() {
    Set<String> stages = new TreeSet<>();
    for (ObjectStore.Stat use : store.list("uses")) {
      String[] path = use.key().split("/");
      if (path.length == 4 && path[3].equals(run)) stages.add(Shelf.prefix(path[1], path[2]));
    }
    return stages;
  }

  /** The curve of a training's result, in few lines; none for what is no training. */
  List<LogLine> curve(JsonNode result) {
    String prefix = result.at("/network/key").asText();
    return isTraining(prefix) ? curve(prefix) : List.of();
  }

  /** The curve up to the newest checkpoint of the training that the run has at work, if any. */
  List<LogLine> curveSoFar() {
    for (String prefix : stages()) {
      if (!isTraining(prefix) || find(prefix).isPresent()) continue;
      Optional<String> checkpoint =
          store.list(prefix + "/checkpoints").stream()
              .map(ObjectStore.Stat::key)
              .filter(key -> key.endsWith("/checkpoint.json"))
              .map(key -> key.substring(0, key.lastIndexOf('/')))
              .max(Comparator.naturalOrder());
      if (checkpoint.isPresent()) return curve(checkpoint.get());
    }
    return List.of();
  }

  /** Its results as its report was made of them; nothing as long as there are none. */
  Optional<List<LogLine>> results() {
    return ReportStage.request(store, run)
        .<JsonNode>map(Json.MAPPER::valueToTree)
        .map(this::results);
  }

  private List<LogLine> results(JsonNode request) {
    List<LogLine> lines = new ArrayList<>();
    boolean one = request.path("results").size() == 1;
    for (JsonNode result : request.path("results")) {
      String id = result.path("run").asText();
      String label = request.path("labels").path(id).asText(id);
      if (!one) {
        lines.add(LogLine.between(label + ": " + ResultWords.of(result.path("finetuned"))));
        continue;
      }
      for (String stage : RESULTS) {
        if (!result.path(stage).isObject()) continue;
        lines.addAll(curve(result.path(stage)));
        lines.add(LogLine.between(stage + ": " + ResultWords.of(result.path(stage))));
      }
    }
    return lines;
  }

  private List<LogLine> curve(String prefix) {
    try {
      return find(prefix)
          .filter(found -> found.manifest().part(CurveLog.PART).isPresent())
          .map(found -> CurveLines.of(CurveLog.read(found.bytes(CurveLog.PART)).points()))
          .orElse(List.of());
    } catch (CorruptArtifact e) {
      return List.of(); // Deleted meanwhile, or damaged: a log is no place to find that out.
    }
  }

  private Optional<StoredArtifact> find(String prefix) {
    try {
      return shelf.find(prefix);
    } catch (CorruptArtifact | InvalidInput e) {
      return Optional.empty();
    }
  }

  private static boolean isTraining(String prefix) {
    return TRAININGS.stream().anyMatch(stage -> prefix.startsWith("stages/" + stage + "/"));
  }
}
