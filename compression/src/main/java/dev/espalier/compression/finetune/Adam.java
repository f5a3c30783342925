package dev.espalier.compression.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.IValue;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * Adam (Kingma & Ba 2015, algorithm 1), or AdamW (Loshchilov & Hutter 2019, algorithm 2), with
 * global gradient clipping and a moving average of the weights, over tensors that can be read at
 * any step. One fused call updates all of them in place.
 */
final class Adam implements AutoCloseable {
  private final Script script;
  private final FinetuneConfig config;
  private final Weights weights;
  private final Weights average;
  private final Weights firstMoment;
  private final Weights secondMoment;
  private final IValue weightList;
  private final IValue averageList;
  private final IValue firstList;
  private final IValue secondList;
  private final IValue stepList;
  private final List<Restart> restarts;
  private int step;

  Adam(Torch.Session session, NDManager owner, TrainingState state, FinetuneConfig config) {
    this.script = session.script();
    this.config = config;
    this.step = state.step();
    this.restarts = state.restarts();
    weights = Weights.of(session, owner, state.weights(), true);
    average = Weights.of(session, owner, state.average(), false);
    firstMoment = Weights.of(session, owner, state.firstMoment(), false);
    secondMoment = Weights.of(session, owner, state.secondMoment(), false);
    weightList = Script.list(weights.all());
    averageList = Script.list(average.all());
    firstList = Script.list(firstMoment.all());
    secondList = Script.list(secondMoment.all());
    List<NDArray> steps = new ArrayList<>();
    for (int i = 0; i < weights.all().size(); i++) steps.add(owner.create((float) step));
    stepList = Script.list(steps);
  }

  Weights weights() {
    return weights;
  }

  Weights average() {
    return average;
  }

  int step() {
    return step;
  }

  /** The learning rate of the step before this moment. */
  double learningRate() {
    return LearningRate.at(config, step, restarts);
  }

  /**
   * Follows the gradient of {@code loss} for one step.
   *
   * @return the global gradient norm before clipping
   */
  double step(NDManager scope, NDArray loss) {
    step++;
    try (IValue gradients = script.keep("grad", true, loss, weightList)) {
      NDArray norm =
          script.compute(
              scope,
              "adam_ema",
              weightList,
              gradients,
              firstList,
              secondList,
              averageList,
              stepList,
              learningRate(),
              config.beta1(),
              config.beta2(),
              config.epsilon(),
              config.weightDecay(),
              config.clip(),
              ExponentialMovingAverage.decay(config, step),
              config.optimizer().equals("adamw"));
      return norm.toFloatArray()[0];
    }
  }

  TrainingState state() {
    return new TrainingState(
        step,
        weights.toHost(),
        average.toHost(),
        firstMoment.toHost(),
        secondMoment.toHost(),
        restarts);
  }

  @Override
  public void close() {
    for (IValue list : List.of(weightList, averageList, firstList, secondList, stepList)) {
      list.close();
    }
    for (Weights w : List.of(weights, average, firstMoment, secondMoment)) w.close();
  }
}
