package dev.espalier.workflows;

import java.util.List;

/**
 * What a sweep came to.
 *
 * @param name of the sweep
 * @param arms best Fréchet distance first, failed ones last
 * @param report where the page about all arms lies
 */
public record SweepResult(String name, List<SweepArm> arms, String report) {
  public SweepResult {
    arms = List.copyOf(arms);
  }
}
