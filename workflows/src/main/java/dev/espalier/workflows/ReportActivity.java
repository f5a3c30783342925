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
   * @param results one per finished run, at least one
   * @param labels what a sweep calls its runs, by the run's id; empty for a single run
   * @param published of the sweep as a whole; a single run's is in its plan
   */
  record Request(
      String run,
      List<CompressionResult> results,
      Map<String, String> labels,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Published published) {
    @JsonCreator
    @SuppressWarnings("ConstantValue")
    public Request {
      results = List.copyOf(results);
      labels = labels == null ? Map.of() : Map.copyOf(labels);
    }

    /** Of a single run. */
    public Request(String run, List<CompressionResult> results) {
      this(run, results, Map.of(), null);
    }
  }

  /**
   * @param location of the page in the object store
   */
  record Result(String location) {}
}
