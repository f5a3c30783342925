package dev.espalier.workflows;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;

/** Writes the page a person reads about one run or about all arms of a sweep. */
@ActivityInterface
public interface ReportActivity {
  @ActivityMethod(name = "Report")
  Result report(Request request);

  /**
   * @param run id of the workflow that asks; the page lies under {@code runs/<run>/}
   * @param results one per finished run, at least one
   */
  record Request(String run, List<CompressionResult> results) {
    public Request {
      results = List.copyOf(results);
    }
  }

  /**
   * @param location of the page in the object store
   */
  record Result(String location) {}
}
