package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of a {@code .npy} file of images (numpy's format, versions 1 to 3): uint8 in C order,
 * [N, H, W, C], [N, C, H, W] or, grey, [N, H, W]. The axis of one or three is the channels; where
 * both could be, the last one is.
 *
 * @param shape as stored
 * @param channelsLast whether the channels of a pixel lie together
 */
record NumpyHeader(int[] shape, boolean channelsLast) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST = 4096;
  private static final Pattern DICTIONARY =
      Pattern.compile(
          "\\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\), \\}\\s*");

  static boolean begins(byte[] head) {
    return Arrays.equals(head, 0, Math.min(6, head.length), MAGIC, 0, 6);
  }

  /**
   * Reads up to the first element.
   *
   * @param name of the file, for messages
   */
  static NumpyHeader read(InputStream in, String name) throws IOException {
    byte[] head = in.readNBytes(8);
    InvalidInput.require(begins(head) && head.length == 8, "%s is not a numpy array", name);
    byte[] length = in.readNBytes(head[6] == 1 ? 2 : 4);
    if (length.length < 2) throw new EOFException();
    int size = ByteBuffer.wrap(Arrays.copyOf(length, 4)).order(ByteOrder.LITTLE_ENDIAN).getInt();
    InvalidInput.require(
        size >= 0 && size <= LONGEST && head[6] <= 3, "%s: not a numpy header of images", name);
    byte[] text = in.readNBytes(size);
    if (text.length < size) throw new EOFException();
    return parse(new String(text, StandardCharsets.UTF_8), name);
  }

  private static NumpyHeader parse(String text, String name) {
    Matcher header = DICTIONARY.matcher(text);
    InvalidInput.require(header.matches(), "%s: numpy header '%s'", name, text.strip());
    InvalidInput.require(
        header.group(1).equals("|u1") && header.group(2).equals("False"),
        "%s holds '%s'%s; images are uint8 ('|u1') in C order",
        name,
        header.group(1),
        header.group(2).equals("True") ? " in Fortran order" : "");
    int[] shape;
    try {
      shape =
          Arrays.stream(header.group(3).split(","))
              .map(String::strip)
              .filter(extent -> !extent.isEmpty())
              .mapToInt(Integer::parseInt)
              .toArray();
    } catch (NumberFormatException e) {
      throw new InvalidInput(name + ": shape (" + header.group(3) + ") is too large", e);
    }
    boolean grey = shape.length == 3;
    boolean last = shape.length == 4 && colours(shape[3]);
    boolean first = shape.length == 4 && colours(shape[1]);
    InvalidInput.require(
        (grey || last || first) && Arrays.stream(shape).allMatch(extent -> extent > 0),
        "%s has shape (%s); images are [N, H, W, C], [N, C, H, W] or [N, H, W] with C = 1 or 3",
        name,
        header.group(3));
    return new NumpyHeader(shape, last);
  }

  private static boolean colours(int extent) {
    return extent == 1 || extent == 3;
  }

  int images() {
    return shape[0];
  }

  /** [channels, height, width]. */
  int[] imageShape() {
    if (shape.length == 3) return new int[] {1, shape[1], shape[2]};
    return channelsLast
        ? new int[] {shape[3], shape[1], shape[2]}
        : new int[] {shape[1], shape[2], shape[3]};
  }
}
