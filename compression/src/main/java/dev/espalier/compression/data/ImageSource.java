package dev.espalier.compression.data;

/** Gives the pixels of a data set's images, on any thread. */
interface ImageSource {
  /**
   * Writes one image as [channels, height, width], 0 to 255.
   *
   * @param at where in {@code into} it begins
   * @throws dev.espalier.compression.InvalidInput if it can no longer be read
   */
  void read(int index, byte[] into, int at);

  /** Images held in memory, one after the other. */
  static ImageSource held(byte[] pixels, int area) {
    return (index, into, at) -> System.arraycopy(pixels, index * area, into, at, area);
  }
}
