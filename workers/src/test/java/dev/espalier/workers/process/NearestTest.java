package dev.espalier.workers.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  private static final List<String> NAMES = List.of("demo", "fashion-ddpm", "ddpm-cifar10");

  @Test
  void changesAreLettersPutInTakenOutOrReplaced() {
    assertThat(Nearest.changes("demo", "demo")).isZero();
    assertThat(Nearest.changes("dmeo", "demo")).isEqualTo(2);
    assertThat(Nearest.changes("", "demo")).isEqualTo(4);
    assertThat(Nearest.changes("kitten", "sitting")).isEqualTo(3);
  }

  @Test
  void onlyWhatIsNearIsMeant() {
    assertThat(Nearest.to("fashon-dpm", NAMES)).hasValue("fashion-ddpm");
    assertThat(Nearest.to("demos", NAMES)).hasValue("demo");
    assertThat(Nearest.to("mnist", NAMES)).isEmpty();
    assertThat(Nearest.to("x", List.of())).isEmpty();
  }
}
