package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDManager;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The torch operations of the metrics. Source and authoring command: {@code
 * compression/src/main/python/author_metrics.py}.
 */
final class MetricScript {
  private static @Nullable Script script;

  private MetricScript() {}

  /** The process's one module, on the session's device. */
  static synchronized Script of(Torch.Session session) {
    if (script == null) {
      NDManager owner = NDManager.newBaseManager(session.manager().getDevice());
      try (InputStream resource = MetricScript.class.getResourceAsStream("metrics.pt")) {
        if (resource == null) throw new IllegalStateException("the resource metrics.pt is missing");
        script = Script.load(owner, resource);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    return script;
  }
}
