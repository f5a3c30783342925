package dev.espalier.workers.report;

import java.util.Base64;

/** A PNG image that travels inside the page. */
public final class Picture {
  private final byte[] png;
  private final String description;

  /**
   * @param png the file's bytes
   * @param description what is to be seen, for a reader who cannot see it
   */
  public Picture(byte[] png, String description) {
    this.png = png.clone();
    this.description = description;
  }

  String description() {
    return description;
  }

  String dataUri() {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }
}
