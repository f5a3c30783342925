package dev.espalier.compression.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ScriptTest {
  @Test
  void theResourceWasMadeFromTheSourceBesideIt() throws Exception {
    Path source =
        Path.of(System.getProperty("espalier.root"), "compression/src/main/python/author_ops.py");
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(source));
    try (Torch.Session session = Torch.open()) {
      assertThat(session.script().text("source"))
          .as("run python compression/src/main/python/author_ops.py")
          .isEqualTo(HexFormat.of().formatHex(digest));
    }
  }

  /** torch's fused Adam reads memory in order; autograd may hand out transposed gradients. */
  @Test
  void adamFollowsAGradientWhateverItsLayout() {
    float[] values = {1, -2, 3, -4, 5, -6};
    float[] transposed = {1, -4, -2, 5, 3, -6};
    try (Torch.Session session = Torch.open()) {
      NDManager scope = session.manager();
      NDArray plain = scope.create(values, new Shape(2, 3));
      NDArray strided = scope.create(transposed, new Shape(3, 2)).transpose();
      assertThat(strided).isEqualTo(plain);
      assertThat(afterOneStep(session, strided)).isEqualTo(afterOneStep(session, plain));
    }
  }

  private static Tensor afterOneStep(Torch.Session session, NDArray gradient) {
    NDManager scope = session.manager();
    NDArray weight = scope.zeros(gradient.getShape());
    NDList step = new NDList(scope.create(0f));
    session
        .script()
        .call(
            scope,
            "adam_ema",
            new NDList(weight),
            new NDList(gradient),
            new NDList(scope.zeros(gradient.getShape())),
            new NDList(scope.zeros(gradient.getShape())),
            new NDList(scope.zeros(gradient.getShape())),
            step,
            0.1,
            0.9,
            0.999,
            1e-8,
            0.0,
            0.0,
            0.9,
            false);
    return Torch.toHost(weight);
  }
}
