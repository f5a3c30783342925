package dev.espalier.compression.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.Torch;

/** Trains a network from a state to the configured number of steps. */
public final class TrainingLoop {
  private final Script script;
  private final FinetuneConfig config;
  private final Objective objective;
  private final Adam adam;

  private TrainingLoop(Script script, FinetuneConfig config, Objective objective, Adam adam) {
    this.script = script;
    this.config = config;
    this.objective = objective;
    this.adam = adam;
  }

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
    try (NDManager owner = session.manager().newSubManager();
        Adam adam = new Adam(session, owner, start, config)) {
      TrainingLoop loop = new TrainingLoop(session.script(), config, objective, adam);
      while (adam.step() < config.steps()) {
        loop.report(loop.step(owner), listener);
      }
      return adam.state();
    }
  }

  private TrainingListener.Step step(NDManager owner) {
    long began = System.nanoTime();
    int step = adam.step() + 1;
    long seed = CounterRandom.seed(config.seed(), "dropout", step);
    double loss;
    double norm;
    try (NDManager scope = owner.newSubManager()) {
      NDArray scalar;
      if (config.precision().equals("bfloat16")) {
        try (Weights rounded = adam.weights().toBfloat16(script, scope)) {
          Run ops = Run.trainingInBfloat16(script, rounded, scope, config.dropout(), seed);
          scalar = objective.loss(ops, scope, step);
          norm = adam.step(scope, scalar);
        }
      } else {
        Run ops = Run.training(script, adam.weights(), scope, config.dropout(), seed);
        scalar = objective.loss(ops, scope, step);
        norm = adam.step(scope, scalar);
      }
      loss = scalar.toFloatArray()[0];
    }
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) throw new DivergedLoss(step, loss, norm);
    double seconds = (System.nanoTime() - began) * 1e-9;
    return new TrainingListener.Step(step, loss, norm, adam.learningRate(), seconds);
  }

  /** The validation first: a listener that stops the training at its step has heard it. */
  private void report(TrainingListener.Step done, TrainingListener listener) {
    int step = done.step();
    boolean last = step == config.steps();
    if (last || step % config.validateEvery() == 0) {
      listener.validation(
          step, objective.validate(scope -> Run.inference(script, adam.average(), scope)));
    }
    listener.step(done, adam::state);
    if (!last && step % config.checkpointEvery() == 0) listener.checkpoint(step, adam::state);
  }
}
