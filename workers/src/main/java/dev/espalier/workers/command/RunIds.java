package dev.espalier.workers.command;

import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.SweepPlan;
import dev.espalier.workflows.TrainPlan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/** Ids of runs: readable, and the same for the same work. */
final class RunIds {
  /** Of the readable part, so that an id is a legal name on the shelf. */
  private static final int LONGEST = 100;

  private RunIds() {}

  static String compression(CompressionPlan plan) {
    String name = plan.recipe() != null ? plan.recipe() : plan.network();
    return readable(name) + "-" + plan.fingerprint();
  }

  /**
   * @param arms that are known before there are results
   */
  static String sweep(SweepPlan sweep, List<CompressionPlan> arms) {
    String work = String.join(" ", arms.stream().map(CompressionPlan::fingerprint).toList());
    boolean all = sweep.search().isGrid() && sweep.rungs() == null;
    return readable(sweep.name()) + "-" + digest("sweep " + work + (all ? "" : search(sweep)));
  }

  private static String search(SweepPlan sweep) {
    return Json.write(
        Arrays.asList(
            sweep.search(), sweep.rungs(), sweep.axes(), sweep.exclude(), sweep.ranking()));
  }

  static String training(TrainPlan plan) {
    return "train-" + readable(plan.name()) + "-" + digest(Json.write(plan));
  }

  /** Of a report about several runs. */
  static String comparison(Collection<String> runs) {
    return "compare-" + digest("compare " + String.join(" ", new TreeSet<>(runs)));
  }

  private static String readable(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "-");
    return last.substring(0, Math.min(last.length(), LONGEST));
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
