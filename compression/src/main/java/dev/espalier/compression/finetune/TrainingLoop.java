package dev.espalier.compression.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.Torch;

/** Trains a network from a state to the configured number of steps. */
public final class TrainingLoop {
  private TrainingLoop() {}

  /**
   * Runs the steps {@code start.step() + 1} to {@code config.steps()}. A run cut anywhere and
   * continued from a state it handed out ends in the same bits as an uninterrupted one, on the same
   * device and thread count.
   *
   * @return the state after the last step
   * @throws DivergedLoss if the loss is no longer finite
   */
  public static TrainingState run(
      Torch.Session session,
      TrainingState start,
      FinetuneConfig config,
      Objective objective,
      TrainingListener listener) {
    Script script = session.script();
    try (NDManager owner = session.manager().newSubManager();
        Adam adam = new Adam(session, owner, start, config)) {
      while (adam.step() < config.steps()) {
        long began = System.nanoTime();
        int step = adam.step() + 1;
        double loss;
        double norm;
        try (NDManager scope = owner.newSubManager()) {
          long dropoutSeed = CounterRandom.seed(config.seed(), "dropout", step);
          Run ops = Run.training(script, adam.weights(), scope, config.dropout(), dropoutSeed);
          NDArray scalar = objective.loss(ops, scope, step);
          norm = adam.step(scope, scalar);
          loss = scalar.toFloatArray()[0];
        }
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
          throw new DivergedLoss(step, loss, norm);
        }
        listener.step(
            new TrainingListener.Step(
                step,
                loss,
                norm,
                LearningRate.at(config, step),
                (System.nanoTime() - began) * 1e-9));
        if (step % config.validateEvery() == 0 || step == config.steps()) {
          listener.validation(
              step,
              objective.validate(scope -> Run.inference(script, adam.average(), scope)));
        }
        if (step % config.checkpointEvery() == 0 && step < config.steps()) {
          listener.checkpoint(step, adam::state);
        }
      }
      return adam.state();
    }
  }
}
