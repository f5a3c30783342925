package dev.espalier.workers.command;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The one table of sub-commands. */
public final class Commands {
  private static final Map<String, Function<Program, Object>> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put("demo", DemoCommand::new);
    TABLE.put("run", RunCommand::new);
    TABLE.put("sweep", SweepCommand::new);
    TABLE.put("train", TrainCommand::new);
    TABLE.put("worker", WorkerCommand::new);
    TABLE.put("status", StatusCommand::new);
    TABLE.put("logs", LogsCommand::new);
    TABLE.put("pause", PauseCommand::new);
    TABLE.put("resume", ResumeCommand::new);
    TABLE.put("cancel", CancelCommand::new);
    TABLE.put("parallel", ParallelCommand::new);
    TABLE.put("extend", ExtendCommand::new);
    TABLE.put("schedule", ScheduleCommand::new);
    TABLE.put("report", ReportCommand::new);
    TABLE.put("curves", CurvesCommand::new);
    TABLE.put("compare", CompareCommand::new);
    TABLE.put("open", OpenCommand::new);
    TABLE.put("describe", DescribeCommand::new);
    TABLE.put("recipes", RecipesCommand::new);
    TABLE.put("plan", PlanCommand::new);
    TABLE.put("bench", BenchCommand::new);
    TABLE.put("chaos", ChaosCommand::new);
    TABLE.put("import", ImportCommand::new);
    TABLE.put("export", ExportCommand::new);
    TABLE.put("gc", GcCommand::new);
    TABLE.put("completion", CompletionCommand::new);
  }

  private Commands() {}

  /** Every command by its name, in the order of the help text. */
  public static Map<String, Object> of(Program program) {
    Map<String, Object> commands = new LinkedHashMap<>();
    TABLE.forEach((name, command) -> commands.put(name, command.apply(program)));
    return commands;
  }
}
