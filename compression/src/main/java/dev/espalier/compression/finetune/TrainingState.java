package dev.espalier.compression.finetune;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a training stands after {@code step} optimizer steps. Together with its configuration it
 * determines everything after it, bit for bit on the same kind of device and thread count: data
 * order and noise are functions of (seed, step).
 *
 * @param weights the network's weights
 * @param average their exponential moving average, what is evaluated and handed on
 * @param firstMoment Adam's m, by the weights' keys
 * @param secondMoment Adam's v, by the weights' keys
 * @param restarts what lowers the learning rate of the steps to come, in order; most often none
 */
public record TrainingState(
    int step,
    StateDict weights,
    StateDict average,
    StateDict firstMoment,
    StateDict secondMoment,
    List<Restart> restarts) {

  private static final String STEP = "espalier.step";
  private static final String RESTARTS = "espalier.restarts";

  public TrainingState {
    restarts = List.copyOf(restarts);
  }

  /** Without restarts. */
  public TrainingState(
      int step,
      StateDict weights,
      StateDict average,
      StateDict firstMoment,
      StateDict secondMoment) {
    this(step, weights, average, firstMoment, secondMoment, List.of());
  }

  /** Before the first step: moments zero, the average equal to the weights. */
  public static TrainingState start(StateDict weights) {
    StateDict floats = weights.toFloat32();
    StateDict zero = floats.zeros();
    return new TrainingState(0, floats, floats, zero, zero);
  }

  /** The same state with another history. */
  public TrainingState with(List<Restart> restarts) {
    return new TrainingState(step, weights, average, firstMoment, secondMoment, restarts);
  }

  /** One safetensors content: keys {@code weights.…, average.…, adam.m.…, adam.v.…}. */
  public Safetensors.Content toContent() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    weights.tensors().forEach((k, t) -> all.put("weights." + k, t));
    average.tensors().forEach((k, t) -> all.put("average." + k, t));
    firstMoment.tensors().forEach((k, t) -> all.put("adam.m." + k, t));
    secondMoment.tensors().forEach((k, t) -> all.put("adam.v." + k, t));
    Map<String, String> metadata = new LinkedHashMap<>(Map.of(STEP, String.valueOf(step)));
    if (!restarts.isEmpty()) metadata.put(RESTARTS, Restart.text(restarts));
    return new Safetensors.Content(new StateDict(all), metadata);
  }

  /**
   * @throws InvalidInput if {@code content} is not a training state
   */
  public static TrainingState of(Safetensors.Content content) {
    String step = content.metadata().get(STEP);
    InvalidInput.require(
        step != null && step.matches("\\d{1,9}"), "not a training state: no %s", STEP);
    StateDict all = content.tensors();
    TrainingState state =
        new TrainingState(
            Integer.parseInt(step),
            all.under("weights."),
            all.under("average."),
            all.under("adam.m."),
            all.under("adam.v."),
            Restart.parse(content.metadata().getOrDefault(RESTARTS, "")));
    state.average().requireShapes(state.weights().shapes(), "average");
    state.firstMoment().requireShapes(state.weights().shapes(), "adam.m");
    state.secondMoment().requireShapes(state.weights().shapes(), "adam.v");
    return state;
  }
}
