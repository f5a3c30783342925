package dev.espalier.compression.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.NoisyBatch;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the two errors and their gradients, each taken by itself and then mixed. */
class DistillationTest {
  private static final double WEIGHT = 0.7;

  private record Taken(double loss, float[] gradient) {}

  @ParameterizedTest
  @ValueSource(strings = {"sum", "mean"})
  void lossAndGradientAreTheMixtureOfBothErrors(String loss) {
    FinetuneConfig config = TinyTraining.distilled(loss, WEIGHT);
    StateDict student = TinyTraining.weights(2);
    try (Torch.Session session = Torch.open()) {
      Denoising alone =
          new Denoising(
              session, TinyTraining.NETWORK, TinyTraining.images(), NoiseSchedule.ddpm(), config);
      Distillation taught =
          new Distillation(session, alone, TinyTraining.NETWORK, TinyTraining.weights(9), config);
      Taken ours = take(session, student, (ops, scope) -> taught.loss(ops, scope, 3));
      Taken noise = take(session, student, (ops, scope) -> alone.loss(ops, scope, 3));
      Taken teacher = take(session, student, (ops, scope) -> toTeacher(session, alone, ops, scope));

      double expected = WEIGHT * teacher.loss() + (1 - WEIGHT) * noise.loss();
      assertThat(ours.loss()).isCloseTo(expected, within(1e-5 * expected));
      double largest = 0;
      double error = 0;
      for (int i = 0; i < ours.gradient().length; i++) {
        double mixed = WEIGHT * teacher.gradient()[i] + (1 - WEIGHT) * noise.gradient()[i];
        largest = Math.max(largest, Math.abs(mixed));
        error = Math.max(error, Math.abs(ours.gradient()[i] - mixed));
      }
      assertThat(largest).isPositive();
      assertThat(error).isLessThan(1e-5 * largest);
      taught.close();
    }
  }

  private static NDArray toTeacher(
      Torch.Session session, Denoising alone, Run ops, NDManager scope) {
    NoisyBatch batch = alone.batch(scope, 3);
    try (Weights weights = Weights.of(session, session.manager(), TinyTraining.weights(9), false)) {
      Run teacher = Run.inference(session.script(), weights, scope);
      NDArray told = TinyTraining.NETWORK.forward(teacher, batch.noisy(), batch.timesteps());
      return alone.error(scope, told, alone.predicted(ops, batch));
    }
  }

  private interface Loss {
    NDArray of(Run ops, NDManager scope);
  }

  private static Taken take(Torch.Session session, StateDict student, Loss loss) {
    try (NDManager scope = session.manager().newSubManager();
        Weights weights = Weights.of(session, scope, student, true)) {
      NDArray value = loss.of(Run.gradient(session.script(), weights, scope), scope);
      try (var list = Script.list(weights.all());
          var gradients = session.script().keep("grad", true, value, list)) {
        var sums = Weights.of(session, scope, student.zeros(), false);
        try (var sumList = Script.list(sums.all())) {
          session.script().apply("accumulate", sumList, gradients);
        }
        return new Taken(value.toFloatArray()[0], sums.toHost().get("conv_out.weight").floats());
      }
    }
  }
}
