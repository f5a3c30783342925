package dev.espalier.compression.finetune;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.LinkedHashMap;
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
 */
public record TrainingState(
    int step, StateDict weights, StateDict average, StateDict firstMoment, StateDict secondMoment) {

  private static final String STEP = "espalier.step";

  /** Before the first step: moments zero, the average equal to the weights. */
  public static TrainingState start(StateDict weights) {
    StateDict floats = weights.toFloat32();
    StateDict zero = floats.zeros();
    return new TrainingState(0, floats, floats, zero, zero);
  }

  /** One safetensors content: keys {@code weights.…, average.…, adam.m.…, adam.v.…}. */
  public Safetensors.Content toContent() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    weights.tensors().forEach((k, t) -> all.put("weights." + k, t));
    average.tensors().forEach((k, t) -> all.put("average." + k, t));
    firstMoment.tensors().forEach((k, t) -> all.put("adam.m." + k, t));
    secondMoment.tensors().forEach((k, t) -> all.put("adam.v." + k, t));
    return new Safetensors.Content(new StateDict(all), Map.of(STEP, String.valueOf(step)));
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
            all.under("adam.v."));
    state.average().requireShapes(state.weights().shapes(), "average");
    state.firstMoment().requireShapes(state.weights().shapes(), "adam.m");
    state.secondMoment().requireShapes(state.weights().shapes(), "adam.v");
    return state;
  }
}
