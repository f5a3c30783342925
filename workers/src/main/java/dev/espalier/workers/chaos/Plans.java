package dev.espalier.workers.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;

/**
 * The runs of the trials: the network of clothes that comes with the clone, pruned, scaled,
 * finetuned and measured. They differ in their seeds, so each has a result of its own.
 */
final class Plans {
  /** Steps between two checkpoints. */
  static final int INTERVAL = 25;

  private Plans() {}

  /**
   * @param number 0, 1, 2, …: every fifth has another pruning, all another finetune
   * @param steps of the finetune
   */
  static JsonNode plan(int number, int steps) {
    String text =
        """
        {"recipe": "fashion-ddpm",
         "prune": {"calibrationImages": 16, "timestepStride": 50, "seed": %d},
         "finetune": {"steps": %d, "batch": 8, "checkpointEvery": %d, "validateEvery": 100,
           "seed": %d},
         "evaluate": {"samples": 48, "steps": 5, "batch": 12}}
        """;
    return Json.parse(
        String.format(text, 1 + number / 5, steps, INTERVAL, 1 + number), "plan of a trial");
  }
}
