package dev.espalier.compression.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import dev.espalier.compression.InvalidInput;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EachTest {
  @Test
  void resultsComeInTheOrderOfThePieces() {
    List<Integer> pieces = IntStream.range(0, 200).boxed().toList();
    assertThat(Torch.each(pieces, EachTest::summed))
        .isEqualTo(pieces.stream().map(EachTest::summed).toList());
  }

  /** The sum of 0 to n, by PyTorch. */
  private static double summed(int n) {
    try (Torch.Session torch = Torch.open()) {
      NDArray numbers = torch.manager().arange(n + 1f);
      return numbers.sum().getFloat();
    }
  }

  @Test
  void whatAPieceThrowsIsThrownOnceAllHaveEnded() {
    var ended = ConcurrentHashMap.<Integer>newKeySet();
    assertThatThrownBy(
            () ->
                Torch.each(
                    List.of(0, 1, 2, 3),
                    piece -> {
                      ended.add(piece);
                      if (piece == 1) throw new InvalidInput("the second is wrong");
                      return piece;
                    }))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("the second is wrong");
    assertThat(ended).containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  @Test
  void anErrorIsThrownAsItIs() {
    assertThatThrownBy(
            () ->
                Torch.each(
                    List.of(0),
                    piece -> {
                      throw new OutOfMemoryError("made up");
                    }))
        .isInstanceOf(OutOfMemoryError.class);
  }

  /** As sums of floats tell, whose last bits follow from how they were shared out. */
  @Test
  void otherThreadsKeepTheirNumberOfThreads() throws Exception {
    List<Float> before = longSums();
    List<Float> alone = Torch.each(List.of(1), piece -> longSums()).get(0);
    assertThat(longSums()).isEqualTo(before);
    FutureTask<List<Float>> later = new FutureTask<>(EachTest::longSums);
    new Thread(later).start();
    assertThat(later.get()).isEqualTo(before);
    try (Torch.Session torch = Torch.open()) {
      boolean several = !torch.environment().contains(" 1 threads");
      if (several) assertThat(alone).isNotEqualTo(before);
    }
  }

  private static List<Float> longSums() {
    try (Torch.Session torch = Torch.open()) {
      return IntStream.range(1, 20)
          .mapToObj(i -> torch.manager().arange(1_000_000f * i).sin().sum().getFloat())
          .toList();
    }
  }
}
