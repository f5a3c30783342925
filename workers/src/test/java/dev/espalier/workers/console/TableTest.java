package dev.espalier.workers.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void wordsAlignLeftAndNumbersRight() {
    Table table = new Table("network", "loss").row("a", "10.5").row("bcd", "–");
    assertThat(table.toString().lines())
        .containsExactly("network  loss", "a        10.5", "bcd         –");
  }

  @Test
  void aRowHasAsManyCellsAsTheHeading() {
    assertThatThrownBy(() -> new Table("one").row("1", "2"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
