package dev.espalier.workers.command;

import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.TrainPlan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Ids of runs: readable, and the same for the same work. */
final class RunIds {
  /** Of the readable part, so that an id is a legal name on the shelf. */
  private static final int LONGEST = 100;

  private RunIds() {}

  static String compression(CompressionPlan plan) {
    String name = plan.recipe() != null ? plan.recipe() : plan.network();
    return readable(name) + "-" + plan.fingerprint();
  }

  static String sweep(String name, List<CompressionPlan> arms) {
    String work = String.join(" ", arms.stream().map(CompressionPlan::fingerprint).toList());
    return readable(name) + "-" + digest("sweep " + work);
  }

  static String training(TrainPlan plan) {
    return "train-" + readable(plan.name()) + "-" + digest(Json.write(plan));
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
