package dev.espalier.compression.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.espalier.compression.InvalidInput;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle, read in order. Every length is held against what is left of them. */
final class PickleInput {
  private static final int LONGEST_INTEGER = 256;
  private static final int LONGEST_NUMBER = 1000;

  private final ByteBuffer bytes;
  private final String name;

  /**
   * @param bytes from the pickle's first byte on
   * @param name of the file, for messages
   */
  PickleInput(ByteBuffer bytes, String name) {
    this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    this.name = name;
  }

  /** Bytes read so far. */
  int position() {
    return bytes.position();
  }

  boolean atEnd() {
    return !bytes.hasRemaining();
  }

  InvalidInput error(String message, Object... arguments) {
    return new InvalidInput(name + ": " + String.format(message, arguments));
  }

  /** What is wrong, and where. */
  InvalidInput broken(String message, Object... arguments) {
    return error("broken pickle at byte %d: %s", position(), String.format(message, arguments));
  }

  /** As {@link #broken(String, Object...)}, for a reason found elsewhere. */
  InvalidInput broken(RuntimeException reason) {
    String text = printable(String.valueOf(reason.getMessage()));
    return new InvalidInput(name + ": broken pickle at byte " + position() + ": " + text, reason);
  }

  Opcode opcode() {
    int code = u8();
    Opcode opcode = Opcode.of(code);
    if (opcode == null) throw broken("there is no opcode 0x%02x", code);
    return opcode;
  }

  int u8() {
    need(1);
    return bytes.get() & 0xFF;
  }

  int u16() {
    need(2);
    return bytes.getShort() & 0xFFFF;
  }

  int i32() {
    need(4);
    return bytes.getInt();
  }

  long u32() {
    return i32() & 0xFFFFFFFFL;
  }

  long i64() {
    need(8);
    return bytes.getLong();
  }

  /** A float64 as pickles have it, the highest byte first. */
  double float64() {
    return Double.longBitsToDouble(Long.reverseBytes(i64()));
  }

  byte[] bytes(long length) {
    need(length);
    byte[] part = new byte[(int) length];
    bytes.get(part);
    return part;
  }

  String utf8(long length) {
    byte[] text = bytes(length);
    try {
      // Python writes lone surrogates as they are; they decode to nothing legal and are refused.
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException e) {
      throw broken("a text of %d bytes is not UTF-8", length);
    }
  }

  /** A text of Python 2, which may as well be raw bytes: one character each. */
  String latin1(long length) {
    return new String(bytes(length), ISO_8859_1);
  }

  /** What is left of a line. */
  String line() {
    int end = bytes.position();
    while (end < bytes.limit() && bytes.get(end) != '\n') end++;
    if (end == bytes.limit()) throw broken("a line does not end");
    String line = latin1(end - bytes.position());
    bytes.get();
    return line;
  }

  /** A number written out in a line. */
  String number() {
    String line = line();
    if (line.length() > LONGEST_NUMBER) throw broken("a number of %d digits", line.length());
    return line;
  }

  /** A line in which backslashes introduce code points (Python's raw-unicode-escape). */
  String unicodeLine() {
    String line = line();
    StringBuilder text = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      char kind = c == '\\' && i + 1 < line.length() ? line.charAt(i + 1) : 0;
      int digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
      if (digits == 0) {
        text.append(c);
        continue;
      }
      if (i + 2 + digits > line.length()) throw broken("an escaped character is cut off");
      text.appendCodePoint(codePoint(line.substring(i + 2, i + 2 + digits)));
      i += 1 + digits;
    }
    return text.toString();
  }

  private int codePoint(String hex) {
    try {
      int point = Integer.parseInt(hex, 16);
      if (Character.isValidCodePoint(point)) return point;
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw broken("'%s' is no character", printable(hex));
  }

  /** A whole number in two's complement, the lowest byte first. */
  BigInteger integer(long length) {
    if (length > LONGEST_INTEGER) throw broken("a whole number of %d bytes", length);
    byte[] digits = bytes(length);
    for (int i = 0, j = digits.length - 1; i < j; i++, j--) {
      byte digit = digits[i];
      digits[i] = digits[j];
      digits[j] = digit;
    }
    return digits.length == 0 ? BigInteger.ZERO : new BigInteger(digits);
  }

  private void need(long length) {
    if (length < 0 || length > bytes.remaining()) {
      throw broken("it asks for %d bytes, %d are left", length, bytes.remaining());
    }
  }

  /** A name out of a file, fit for a message. */
  static String printable(String text) {
    String shown = text.length() > 160 ? text.substring(0, 160) + "…" : text;
    return shown.replaceAll("[^\\x20-\\x7E…]", "?");
  }
}
