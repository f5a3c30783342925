package dev.espalier.compression.data;

/** A file that gives no image to learn from. The message is the reason, in a few words. */
final class UnreadableImage extends Exception {
  private static final long serialVersionUID = 1;

  UnreadableImage(String reason) {
    super(reason);
  }

  UnreadableImage(String reason, Throwable cause) {
    super(reason, cause);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
