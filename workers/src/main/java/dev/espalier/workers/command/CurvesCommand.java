package dev.espalier.workers.command;

import dev.espalier.activities.CurveLog;
import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.metrics.ExactCurves;
import dev.espalier.workflows.CompressionResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "curves",
    description = {
      "Write the exact curves of finished runs for Prometheus.",
      "",
      "A curve lies with its training's result, a point per step: a resumed run has no gap in it and"
          + " no step that was undone. `promtool tsdb create-blocks-from openmetrics FILE DIR` adds"
          + " it to a Prometheus that keeps its data in DIR; the dashboards show it as exact.",
      ""
    })
final class CurvesCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(
      paramLabel = "NAME",
      arity = "1..*",
      description = "A run or a sweep, or a training's prefix on the shelf.")
  List<String> names = List.of();

  @Option(
      names = "--openmetrics",
      paramLabel = "FILE",
      required = true,
      description = "File to write, in the OpenMetrics text format.")
  Path file = Path.of("");

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description =
          "Where step 0 lies, such as 2026-01-31T12:00:00Z (default: where it lay if no step had"
              + " been done twice). The same for several runs, their curves lie over each other.")
  @Nullable String start;

  @Option(
      names = "--step-seconds",
      paramLabel = "SECONDS",
      description =
          "Time between two steps, 0.001 to 86400 (default: what a step took); 1 makes the time"
              + " axis one of steps.")
  @Nullable Double stepSeconds;

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print what was written as JSON.")
  boolean json;

  CurvesCommand(Program program) {
    this.program = program;
  }

  private record Written(String file, int curves, int points) {}

  /** A training's result on the shelf, and the run it is shown as. */
  private record Place(String run, String prefix) {}

  @Override
  public Integer call() throws IOException {
    for (String name : names) {
      InvalidInput.require(ObjectNames.legal(name), "'%s' is no run", name);
    }
    Instant from = start == null ? null : instant(start);
    Duration pace = stepSeconds == null ? null : pace(stepSeconds);
    return Reports.open(
        program,
        connection,
        reports -> {
          Shelf shelf = new Shelf(reports.store(), reports.folder().cache(), Map.of());
          write(
              names.stream()
                  .flatMap(name -> places(reports, name))
                  .distinct()
                  .map(place -> training(shelf, place, from, pace))
                  .toList());
          return 0;
        });
  }

  private void write(List<ExactCurves.Training> trainings) {
    try {
      Files.writeString(file, ExactCurves.openMetrics(trainings));
    } catch (IOException e) {
      throw new InvalidInput("--openmetrics " + file + " cannot be written: " + e.getMessage(), e);
    }
    int points = trainings.stream().mapToInt(training -> training.points().size()).sum();
    Written written = new Written(file.toString(), trainings.size(), points);
    program
        .terminal()
        .print(
            json
                ? Json.write(written)
                : String.format("%s: %d points of %s", file, points, curves(trainings.size())));
  }

  private static String curves(int count) {
    return count == 1 ? "1 curve" : count + " curves";
  }

  private static Stream<Place> places(Reports reports, String name) {
    if (name.contains("/")) return Stream.of(new Place(run(name), name));
    List<Place> places =
        reports.request(name).results().stream().flatMap(result -> place(result).stream()).toList();
    InvalidInput.require(!places.isEmpty(), "run %s was not finetuned, so it has no curve", name);
    return places.stream();
  }

  private static Optional<Place> place(CompressionResult result) {
    return Optional.ofNullable(result.finetune())
        .map(finetune -> new Place(result.run(), finetune.network().key()));
  }

  /** What a training that is named by its prefix is shown as: its key. */
  private static String run(String prefix) {
    return prefix.substring(prefix.lastIndexOf('/') + 1);
  }

  private static ExactCurves.Training training(
      Shelf shelf, Place place, @Nullable Instant start, @Nullable Duration pace) {
    StoredArtifact trained = shelf.get(place.prefix());
    List<CurveLog.Point> points = CurveLog.read(trained.bytes(CurveLog.PART)).points();
    int steps = points.stream().mapToInt(CurveLog.Point::step).max().orElse(0);
    Duration between = pace == null ? pace(trained, steps) : pace;
    Instant from = start;
    if (from == null) {
      Instant end = shelf.committed(place.prefix()).orElseGet(Instant::now);
      from = end.minus(between.multipliedBy(steps));
    }
    return new ExactCurves.Training(place.run(), trained.manifest().stage(), from, between, points);
  }

  /** What a step of the attempt that finished the training took. */
  private static Duration pace(StoredArtifact trained, int steps) {
    int done = steps - trained.numbers().path("resumedFrom").asInt();
    double seconds = trained.numbers().path("seconds").asDouble();
    return done > 0 && seconds > 0
        ? Duration.ofNanos(Math.round(seconds / done * 1e9))
        : Duration.ofSeconds(1);
  }

  private static Duration pace(double seconds) {
    InvalidInput.require(
        seconds >= 0.001 && seconds <= 86_400,
        "--step-seconds is %s; legal are 0.001 to 86400",
        seconds);
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidInput(
          "--start is '" + text + "'; legal is a time such as 2026-01-31T12:00:00Z", e);
    }
  }
}
