package dev.espalier.workers.report;

import dev.espalier.workers.report.Arm.Measures;
import dev.espalier.workers.report.Arm.Stage;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One finished run among others, as a line of the table and of the parallel coordinates.
 *
 * @param run its id
 * @param label what sets it apart, as a reader would say it
 * @param stage how far its last network has come
 * @param values of the plan's fields that differ between the runs, by dotted name; every run has
 *     the same names
 * @param measures of its last network
 */
public record Trial(
    String run, String label, Stage stage, Map<String, String> values, Measures measures) {
  public Trial {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
