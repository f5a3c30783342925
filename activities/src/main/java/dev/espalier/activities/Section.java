package dev.espalier.activities;

import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a training from {@code after} + 1 on, up to the next section's, and what they ran
 * on. Two trainings have the same bits only if all their steps ran on the same.
 *
 * @param environment device, threads and versions
 */
public record Section(int after, String environment) {
  /** What is said of checkpoints from before environments were noted. */
  static final String UNKNOWN = "not recorded";

  /** {@code before}, and on {@code environment} beyond step {@code after}. */
  static List<Section> on(List<Section> before, int after, String environment) {
    List<Section> sections = new ArrayList<>(before);
    if (sections.isEmpty() && after > 0) sections.add(new Section(0, UNKNOWN));
    boolean same =
        !sections.isEmpty() && sections.get(sections.size() - 1).environment().equals(environment);
    if (!same) sections.add(new Section(after, environment));
    return List.copyOf(sections);
  }
}
