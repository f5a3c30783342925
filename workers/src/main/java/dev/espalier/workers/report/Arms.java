package dev.espalier.workers.report;

import dev.espalier.workers.report.Arm.Measures;
import dev.espalier.workers.report.Arm.Stage;
import java.util.List;
import java.util.Optional;

/** Questions the sections ask of all arms. */
final class Arms {
  private Arms() {}

  /** Settings in order of first appearance, the dense network's empty one left out. */
  static List<String> settings(List<Arm> arms) {
    return arms.stream().map(Arm::setting).filter(s -> !s.isEmpty()).distinct().toList();
  }

  static List<Arm> in(List<Arm> arms, String setting) {
    return arms.stream().filter(a -> a.setting().equals(setting)).toList();
  }

  /** What the arms of {@code setting} were made from: their own dense network, or that of all. */
  static Optional<Arm> dense(List<Arm> arms, String setting) {
    return find(arms, Stage.DENSE, setting).or(() -> find(arms, Stage.DENSE, ""));
  }

  /** The dense network followed by the arms of {@code setting}. */
  static List<Arm> besideDense(List<Arm> arms, String setting) {
    return arms.stream().filter(a -> a.setting().isEmpty() || a.setting().equals(setting)).toList();
  }

  static Optional<Arm> find(List<Arm> arms, Stage stage, String setting) {
    return in(arms, setting).stream().filter(a -> a.stage() == stage).findFirst();
  }

  static Optional<Measures> measures(List<Arm> arms, Stage stage, String setting) {
    return find(arms, stage, setting).flatMap(a -> Optional.ofNullable(a.measures()));
  }

  static List<Arm> measured(List<Arm> arms) {
    return arms.stream().filter(a -> a.measures() != null).toList();
  }
}
