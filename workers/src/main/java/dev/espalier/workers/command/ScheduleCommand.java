package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workers.console.Table;
import dev.espalier.workflows.CompressionWorkflow;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.SweepWorkflow;
import dev.espalier.workflows.TrainPlan;
import dev.espalier.workflows.TrainWorkflow;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "schedule",
    description = {
      "Start a plan, a sweep or a training again and again, such as every night.",
      "",
      "The Temporal server keeps the schedule and starts the run, whoever is at work then. Each run"
          + " has its own id, scheduled-NAME and the time behind it, and its own report; what has not"
          + " changed since the last one is taken from the shelf.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  espalier schedule create nightly fashion-ddpm --cron '0 2 * * *'",
      "  espalier schedule list",
      "  espalier schedule pause nightly",
      "  espalier schedule trigger nightly"
    })
final class ScheduleCommand implements Callable<Integer> {
  private static final String NO_SERVER =
      "no Temporal server is at work here, which would keep the schedule (`infra/up` starts one that"
          + " lasts)";

  private final Program program;

  @Parameters(
      index = "0",
      paramLabel = "create|list|pause|resume|trigger|delete",
      arity = "0..1",
      description = "What to do (default: list).")
  String verb = "list";

  @Parameters(index = "1", paramLabel = "NAME", arity = "0..1", description = "The schedule.")
  @Nullable String name;

  @Parameters(
      index = "2",
      paramLabel = "PLAN",
      arity = "0..1",
      description =
          "What create is to start: a JSON file, a recipe's name, a JSON object, or - for standard"
              + " input. A compression's recipe is looked up anew by each run; a sweep and a training"
              + " are kept as they are now.")
  @Nullable String plan;

  @Option(
      names = "--cron",
      paramLabel = "TIMES",
      description =
          "Minute, hour, day of month, month, day of week (default: '0 2 * * *', two at night).")
  String cron = "0 2 * * *";

  @Option(names = "--zone", paramLabel = "ZONE", description = "Of the times (default: UTC).")
  String zone = "UTC";

  @Mixin SetOption set = new SetOption();

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print as JSON.")
  boolean json;

  ScheduleCommand(Program program) {
    this.program = program;
  }

  /**
   * What was done.
   *
   * @param runs what the ids of its runs begin with
   */
  private record Done(String schedule, String did, String runs) {}

  /** What create is to start. */
  private record Work(String workflow, JsonNode request) {}

  @Override
  public Integer call() {
    InvalidInput.require(
        List.of("create", "list", "pause", "resume", "trigger", "delete").contains(verb),
        "'%s' is nothing to do with a schedule; legal are create, list, pause, resume, trigger,"
            + " delete",
        verb);
    Work work = verb.equals("create") ? work() : null;
    try (TemporalConnection server = ServedRun.server(program, connection, NO_SERVER)) {
      Schedules schedules = new Schedules(server.client());
      if (verb.equals("list")) {
        print(schedules.list());
        return 0;
      }
      String schedule = named();
      switch (verb) {
        case "create" -> {
          Work start = Objects.requireNonNull(work);
          schedules.create(schedule, start.workflow(), start.request(), cron, zone());
          done(schedule, "created");
        }
        case "pause" -> {
          schedules.pause(schedule);
          done(schedule, "paused");
        }
        case "resume" -> {
          schedules.resume(schedule);
          done(schedule, "resumed");
        }
        case "trigger" -> {
          schedules.trigger(schedule);
          done(schedule, "started now");
        }
        default -> {
          schedules.delete(schedule);
          done(schedule, "deleted");
        }
      }
    }
    return 0;
  }

  private String named() {
    InvalidInput.require(name != null, "schedule %s takes the schedule's NAME", verb);
    String given = Objects.requireNonNull(name);
    InvalidInput.require(
        given.matches("[a-z0-9][a-z0-9-]{0,60}"),
        "NAME is '%s'; legal are up to 61 lower-case letters, digits and dashes",
        given);
    return given;
  }

  private String zone() {
    try {
      return ZoneId.of(zone).getId();
    } catch (DateTimeException e) {
      throw new InvalidInput("--zone is '" + zone + "'; legal is one such as Europe/Berlin", e);
    }
  }

  /** Checks what is to be started, as the command for it would. */
  private Work work() {
    named();
    zone();
    InvalidInput.require(plan != null, "schedule create takes NAME and PLAN");
    String given = Objects.requireNonNull(plan);
    InvalidInput.require(
        cron.strip().split("\\s+").length == 5,
        "--cron is '%s'; legal are five fields, such as '0 2 * * *'",
        cron);
    JsonNode whole = Request.read(given, program);
    return switch (RequestKind.of(whole)) {
      case RUN -> {
        JsonNode plan = given.equals("-") ? whole : Request.plan(given, program);
        JsonNode request = set.over(plan);
        PlanRequest.resolve(request, program.recipes());
        yield new Work(CompressionWorkflow.class.getSimpleName(), request);
      }
      case SWEEP -> {
        JsonNode sweep = set.over(whole);
        Sweep.of(sweep, program);
        yield new Work(SweepWorkflow.class.getSimpleName(), sweep);
      }
      case TRAIN -> {
        JsonNode training = set.over(whole);
        TrainPlan.of(training);
        yield new Work(TrainWorkflow.class.getSimpleName(), training);
      }
    };
  }

  private void done(String schedule, String did) {
    Done done = new Done(schedule, did, Schedules.runs(schedule) + "-");
    program
        .terminal()
        .print(
            json
                ? Json.write(done)
                : String.format(
                    Locale.ROOT, "%s: %s; its runs are %sTIME", done.schedule(), did, done.runs()));
  }

  private void print(List<Schedules.Line> schedules) {
    if (json) {
      program.terminal().print(Json.pretty(schedules).stripTrailing());
    } else if (schedules.isEmpty()) {
      program.terminal().print("no schedules; `espalier schedule create --help` shows how");
    } else {
      Table table =
          new Table("schedule", "workflow", "created with", "state", "next", "latest run");
      for (Schedules.Line line : schedules) {
        table.row(
            line.name(),
            line.workflow(),
            line.cron(),
            line.state(),
            Objects.requireNonNullElse(line.next(), ""),
            Objects.requireNonNullElse(line.run(), ""));
      }
      program.terminal().print(table.toString());
    }
  }
}
