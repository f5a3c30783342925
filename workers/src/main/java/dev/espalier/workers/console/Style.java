package dev.espalier.workers.console;

/** What a piece of text is, told by a colour of the terminal's own palette. */
public enum Style {
  GOOD(32),
  BAD(31),
  HELD(33),
  BUSY(36),
  ASIDE(2),
  HEADING(1);

  private final int code;

  Style(int code) {
    this.code = code;
  }

  /** The text in this style. */
  public String of(String text) {
    return "\033[" + code + "m" + text + "\033[0m";
  }
}
