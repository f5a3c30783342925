package dev.espalier.workers.command;

import dev.espalier.activities.CostEstimate;
import dev.espalier.compression.Json;
import dev.espalier.workers.console.Table;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A {@link PlanReport} for a person. */
final class PlanTables {
  private PlanTables() {}

  static String of(PlanReport report) {
    StringBuilder text = new StringBuilder();
    text.append(report.run()).append(", by `espalier ").append(report.command()).append("`\n\n");
    if (report.arms().size() == 1) {
      text.append(Json.pretty(report.arms().get(0).plan())).append('\n');
    }
    return text.append(sizes(report))
        .append("\n\n")
        .append(stages(report))
        .append("\n\n")
        .append(total(report))
        .toString();
  }

  private static Table sizes(PlanReport report) {
    Table table = new Table("network", "parameters", "MACs");
    PlanReport.Arm first = report.arms().get(0);
    table.row(
        first.plan().network() + ", dense",
        count(first.dense().parameters()),
        count(first.dense().macs()));
    for (PlanReport.Arm arm : report.arms()) {
      String about = arm.exact() ? "" : "about ";
      table.row(
          arm.label().isEmpty() ? "pruned" : arm.label(),
          about + count(arm.pruned().parameters()),
          about + count(arm.pruned().macs()));
    }
    return table;
  }

  private static Table stages(PlanReport report) {
    Table table = new Table("stage", "key", "of", "state", "time", "memory", "storage");
    int all = report.arms().size();
    for (PlanReport.Stage stage : report.stages()) {
      CostEstimate.Cost cost = stage.cost();
      table.row(
          stage.step(),
          stage.key(),
          all == 1 ? "" : arms(stage, all),
          stage.reused() ? "on the shelf" : "to do",
          cost == null ? "" : time(cost.seconds()),
          cost == null ? "" : bytes(cost.memoryBytes()),
          cost == null ? "" : bytes(cost.storageBytes()));
    }
    return table;
  }

  private static String arms(PlanReport.Stage stage, int all) {
    if (stage.arms().size() == all) return "all arms";
    return stage.arms().size() == 1 ? stage.arms().get(0) : stage.arms().size() + " arms";
  }

  private static String total(PlanReport report) {
    PlanReport.Total total = report.total();
    String found = total.stages() + " stages to do, " + total.reused() + " on the shelf";
    if (total.stages() == 0) return found;
    String storage = "storage " + bytes(total.storageBytes());
    if (total.seconds() == null) return found + "; " + storage + "; time and memory not probed";
    return String.format(
        "%s; at most about %s one after another, memory %s, %s (probed on %s)",
        found, time(total.seconds()), bytes(total.memoryBytes()), storage, report.environment());
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String time(@Nullable Double seconds) {
    if (seconds == null) return "?";
    if (seconds < 90) return String.format(Locale.ROOT, "%.0f s", Math.ceil(seconds));
    if (seconds < 90 * 60) return String.format(Locale.ROOT, "%.0f min", seconds / 60);
    if (seconds < 48 * 3600) return String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    return String.format(Locale.ROOT, "%.1f days", seconds / 86_400);
  }

  static String bytes(@Nullable Long bytes) {
    if (bytes == null) return "?";
    double mebibytes = bytes / 1048576.0;
    return mebibytes < 1000
        ? String.format(Locale.ROOT, "%.1f MiB", mebibytes)
        : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
  }
}
