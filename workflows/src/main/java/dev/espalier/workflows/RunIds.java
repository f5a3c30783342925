package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Ids of runs: readable, and the same for the same work. */
public final class RunIds {
  /** Of the readable part, so that an id is a legal name on the shelf. */
  private static final int LONGEST = 100;

  private RunIds() {}

  /** Of one compression. */
  public static String compression(CompressionPlan plan) {
    String name = plan.recipe() != null ? plan.recipe() : plan.network();
    return readable(name) + "-" + plan.fingerprint();
  }

  /**
   * Of a sweep.
   *
   * @param arms that are known before there are results
   */
  public static String sweep(SweepPlan sweep, List<CompressionPlan> arms) {
    String work = String.join(" ", arms.stream().map(CompressionPlan::fingerprint).toList());
    boolean all = sweep.search().isGrid() && sweep.rungs() == null;
    return readable(sweep.name()) + "-" + digest("sweep " + work + (all ? "" : search(sweep)));
  }

  private static String search(SweepPlan sweep) {
    return Json.write(
        Arrays.asList(
            sweep.search(), sweep.rungs(), sweep.axes(), sweep.exclude(), sweep.ranking()));
  }

  /** Of a training from random weights. */
  public static String training(TrainPlan plan) {
    return "train-" + readable(plan.name()) + "-" + digest(Json.write(plan));
  }

  /** Of a report about several runs. */
  public static String comparison(Collection<String> runs) {
    return "compare-" + digest("compare " + String.join(" ", new TreeSet<>(runs)));
  }

  /**
   * Of a request whose recipe is not at hand, so that nobody here can tell what work it comes to:
   * the same words are the same run.
   *
   * @param name what its id begins with
   */
  public static String request(String name, JsonNode request) {
    Object ordered = Json.MAPPER.convertValue(request, TreeMap.class);
    return readable(name) + "-" + digest("request " + Json.write(ordered));
  }

  private static String readable(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "-");
    return last.substring(0, Math.min(last.length(), LONGEST));
  }

  /** Twelve hex digits of a text. */
  static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
