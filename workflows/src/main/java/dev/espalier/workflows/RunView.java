package dev.espalier.workflows;

import dev.espalier.compression.InvalidInput;
import org.jspecify.annotations.Nullable;

/**
 * How the runs that a process serves are seen from outside. It is the process's, not the run's:
 * nothing of it enters a history but that a run keeps {@link SearchFields}.
 *
 * @param searchable whether the server has the attributes of {@link SearchFields}
 * @param grafana where Grafana is, such as {@code http://127.0.0.1:3000}; absent: no link to it
 * @param reports what a browser finds the object store's keys under, such as {@code
 *     http://127.0.0.1:9001/browser/espalier}; absent: a report's key is shown instead of a link
 */
public record RunView(boolean searchable, @Nullable String grafana, @Nullable String reports) {
  /** Without search attributes and links. */
  public static final RunView PLAIN = new RunView(false, null, null);

  public RunView {
    grafana = address("Grafana", grafana);
    reports = address("the reports", reports);
  }

  private static @Nullable String address(String what, @Nullable String url) {
    if (url == null) return null;
    InvalidInput.require(
        url.matches("https?://[^\\s<>()\\[\\]]+"),
        "the address of %s is '%s'; legal is one that begins with http:// or https://",
        what,
        url);
    return url.replaceFirst("/+$", "");
  }

  /**
   * A line of Markdown with where to look further; empty where nothing is known.
   *
   * @param run id of the workflow
   * @param report key of its page; null before there is one
   */
  String links(String run, @Nullable String report) {
    return links("Curves in Grafana", "espalier-convergence?var-run=" + run, run, report);
  }

  /**
   * As {@link #links(String, String)}, of a sweep.
   *
   * @param name of the sweep, which its arms' ids begin with
   */
  String links(String name, String run, @Nullable String report) {
    return links("Arms in Grafana", "espalier-compare?var-experiment=" + name, run, report);
  }

  private String links(String text, String dashboard, String run, @Nullable String report) {
    StringBuilder line = new StringBuilder();
    if (grafana != null) line.append(Summaries.format("[%s](%s/d/%s)", text, grafana, dashboard));
    if (report != null) {
      if (!line.isEmpty()) line.append(" · ");
      line.append(
          reports == null
              ? "Report: `" + report + "`; `./espalier open " + run + "` shows it"
              : "[Report](" + reports + "/" + report + ")");
    }
    return line.isEmpty() ? "" : "\n" + line + "\n";
  }
}
