package dev.espalier.compression.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Breaks work off at each point in turn; another attempt goes on from what was kept in a file. */
public final class BrokenOff implements Progress {
  private final Map<String, StateDict> kept = new HashMap<>();
  private final List<String> reached = new ArrayList<>();
  private int left = Integer.MAX_VALUE;

  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * Holds that {@code work} comes to the same result whatever point it is broken off at, and does
   * nothing twice.
   *
   * @param points at least so many of them
   */
  public static <T> void everywhere(int points, Function<Progress, T> work) {
    BrokenOff whole = new BrokenOff();
    T result = work.apply(whole);
    assertThat(whole.reached).hasSizeGreaterThanOrEqualTo(points);
    for (int at = 1; at <= whole.reached.size(); at++) {
      BrokenOff broken = new BrokenOff();
      broken.left = at;
      assertThatThrownBy(() -> work.apply(broken)).isInstanceOf(Stop.class);
      broken.left = Integer.MAX_VALUE;
      assertThat(work.apply(broken)).as("broken off at %d", at).isEqualTo(result);
      assertThat(broken.reached).isEqualTo(whole.reached);
    }
  }

  @Override
  public void reached(String work, long done, long total, Supplier<StateDict> state) {
    assertThat(done).isBetween(1L, total);
    reached.add(work + " " + done);
    kept.put(work, throughFile(state.get()));
    if (--left == 0) throw new Stop();
  }

  @Override
  public Optional<StateDict> begun(String work) {
    return Optional.ofNullable(kept.get(work));
  }

  private static StateDict throughFile(StateDict state) {
    try {
      Path file = Files.createTempFile("state", ".safetensors");
      try {
        Safetensors.write(file, state, Map.of());
        return Safetensors.read(file).tensors();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
