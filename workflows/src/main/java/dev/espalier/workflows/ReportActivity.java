package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the page a person reads about one run or about all arms of a sweep. */
@ActivityInterface
public interface ReportActivity {
  @ActivityMethod(name = "Report")
  Result report(Request request);

  /**
   * @param run id of the workflow that asks; the page lies under {@code runs/<run>/}
   * @param results one per finished run; of a sweep none, its runs' lie on the shelf, {@code
   *     runs/<run>/results.json}
   * @param labels what a sweep calls its runs, by the run's id; empty for a single run
   * @param published of the sweep as a whole; a single run's is in its plan
   * @param runs of a sweep, in their order; empty where {@code results} are given
   */
  record Request(
      String run,
      List<CompressionResult> results,
      Map<String, String> labels,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Published published,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> runs) {
    @JsonCreator
    @SuppressWarnings("ConstantValue")
    public Request {
      results = List.copyOf(results);
      labels = labels == null ? Map.of() : Map.copyOf(labels);
      runs = runs == null ? List.of() : List.copyOf(runs);
    }

    /** Of a single run. */
    public Request(String run, List<CompressionResult> results) {
      this(run, results, Map.of(), null, List.of());
    }

    /** Of runs that have their results on the shelf, in their order, with what they are called. */
    static Request ofRuns(String run, Map<String, String> labels, @Nullable Published published) {
      return new Request(run, List.of(), labels, published, List.copyOf(labels.keySet()));
    }

    /** The same with the results. */
    public Request with(List<CompressionResult> found) {
      return new Request(run, found, labels, published, List.of());
    }
  }

  /**
   * @param location of the page in the object store
   */
  record Result(String location) {}
}
