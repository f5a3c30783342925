package dev.espalier.compression;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Names that must be refused wherever one names a thing that is stored. */
public final class NastyNames {
  private static final List<String> PARTS =
      List.of(
          "",
          ".",
          "..",
          "...",
          " ",
          "a b",
          "a ",
          " a",
          "a.",
          "a\\b",
          "..\\a",
          "C:",
          "a:b",
          "..-2026-11-22T02:00:00Z",
          "a-2026-11-22T02:00:00Z.b",
          "a".repeat(108) + "-2026-11-22T02:00:00Z",
          "~",
          "$HOME",
          "%2e%2e",
          "a%00",
          "a*",
          "a?",
          "a\"",
          "a'",
          "<a>",
          "a|b",
          "a#b",
          "a&b",
          "a;b",
          "é",
          "a\u0301", // A combining accent.
          "\u0430", // The Cyrillic letter that looks like a.
          "\uff0e\uff0e", // Full-width dots.
          "\u2024\u2024", // One-dot leaders.
          "a\u2044b", // The fraction slash.
          "a\uff0fb", // The full-width slash.
          "a\u200bb", // A space of no width.
          "\u202eb", // Writes from right to left.
          "a\ud800", // Half of a character.
          "\ud83d\ude00",
          "\u0663", // An Arabic digit.
          "a".repeat(129),
          "a".repeat(5000));

  private NastyNames() {}

  /** For where one segment is wanted. */
  public static Stream<String> segments() {
    return Stream.concat(paths(), Stream.of("a/b", "a/../b"));
  }

  /** For where segments joined by '/' are wanted. */
  public static Stream<String> paths() {
    Stream<String> controls =
        IntStream.concat(IntStream.range(0, 32), IntStream.range(127, 160))
            .mapToObj(c -> "a" + (char) c);
    Stream<String> deep = Stream.of("/a", "a/", "a//b", "/", "//", "a/".repeat(300) + "a");
    Stream<String> parts = Stream.concat(PARTS.stream(), controls);
    return Stream.concat(
        deep,
        parts.flatMap(
            part -> Stream.of(part, "x/" + part, part + "/x", "x/" + part + "/y").distinct()));
  }
}
