package dev.espalier.workers.report;

import dev.espalier.workers.report.Arm.Stage;
import java.util.List;

/**
 * What one line of work draws as it goes on: the dense network, the pruned one, and what training
 * made of it, all from the same noise.
 *
 * @param name what sets this line of work apart
 * @param frames in the order they were made
 */
public record Film(String name, List<Frame> frames) {
  public Film {
    frames = List.copyOf(frames);
  }

  /**
   * The samples of one network.
   *
   * @param step optimizer steps it has been trained for since it was pruned
   * @param stage together with the setting names the {@link Arm} that drew them
   */
  public record Frame(int step, Stage stage, String setting) {}
}
