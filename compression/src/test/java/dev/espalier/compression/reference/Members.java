package dev.espalier.compression.reference;

import dev.espalier.compression.prune.PruningGroup;
import dev.espalier.compression.prune.PruningGroup.Slice;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The members of a group in the normal form that listings are compared in: one text a layer and
 * side. Biases follow their weights, and a layer that the group meets at two adjoining offsets is
 * one member.
 */
public final class Members {
  private Members() {}

  /** One member: {@code side} is "out" or "in". */
  public static String text(String layer, String side, int start, int count) {
    return layer + " " + side + " " + start + "+" + count;
  }

  /** The members of {@code group}. */
  public static TreeSet<String> of(PruningGroup group) {
    Map<String, TreeSet<Integer>> channels = new TreeMap<>();
    for (Slice slice : group.slices()) {
      if (!slice.key().endsWith(".weight")) continue;
      String layer = slice.key().replaceFirst("\\.weight$", "");
      TreeSet<Integer> indices =
          channels.computeIfAbsent(
              layer + " " + (slice.axis() == 0 ? "out" : "in"), k -> new TreeSet<>());
      for (int c = 0; c < group.channels(); c++) indices.add(slice.offset() + c);
    }
    TreeSet<String> members = new TreeSet<>();
    channels.forEach(
        (member, indices) -> {
          String[] layerAndSide = member.split(" ");
          int span = indices.last() - indices.first() + 1;
          String gap = span == indices.size() ? "" : " with gaps";
          String side = layerAndSide[1] + gap;
          members.add(text(layerAndSide[0], side, indices.first(), indices.size()));
        });
    return members;
  }
}
