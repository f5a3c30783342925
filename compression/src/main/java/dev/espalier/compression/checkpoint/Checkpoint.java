package dev.espalier.compression.checkpoint;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The weights in a training checkpoint. Read are a bare state dict; the DDIM code base's list
 * [model, optimizer, epoch, step, average]; and a dictionary with such parts by name. The prefix
 * {@code module.} that data-parallel training leaves is taken off.
 *
 * @param model the weights as they were trained
 * @param average their exponential moving average, if there is one
 */
public record Checkpoint(StateDict model, Optional<StateDict> average) {
  private static final List<String> MODELS =
      List.of("state_dict", "model", "model_state_dict", "unet", "net");
  private static final List<String> AVERAGES =
      List.of("ema", "model_ema", "ema_state_dict", "ema_model", "shadow");

  /** Which weights of a checkpoint are wanted. */
  public enum Choice {
    /** The weights as they were trained. */
    MODEL,
    /** Their moving average. */
    EMA
  }

  /**
   * @param content as {@link TorchFile#read} returns it
   * @param name of the file, for messages
   * @throws InvalidInput if there are no weights in it, or averages of other weights
   */
  public static Checkpoint of(@Nullable Object content, String name) {
    Optional<StateDict> whole = TorchFile.tensors(content);
    if (whole.isPresent()) return new Checkpoint(plain(whole.get()), Optional.empty());
    if (content instanceof List<?> list && !list.isEmpty()) {
      Optional<StateDict> last =
          list.size() < 2 ? Optional.empty() : TorchFile.tensors(list.get(list.size() - 1));
      return of(TorchFile.tensors(list.get(0)), last, name);
    }
    if (content instanceof Map<?, ?> map) {
      return of(part(map, MODELS), part(map, AVERAGES), name);
    }
    throw none(name);
  }

  private static Checkpoint of(
      Optional<StateDict> model, Optional<StateDict> average, String name) {
    StateDict weights = plain(model.orElseThrow(() -> none(name)));
    return new Checkpoint(weights, average.map(a -> complete(plain(a), weights, name)));
  }

  private static InvalidInput none(String name) {
    return new InvalidInput(
        name
            + ": holds no weights; read are a state dict, a list that begins with one, and a"
            + " dictionary with one under "
            + String.join(", ", MODELS));
  }

  private static Optional<StateDict> part(Map<?, ?> map, List<String> names) {
    return names.stream().flatMap(n -> TorchFile.tensors(map.get(n)).stream()).findFirst();
  }

  /** An average leaves out what is not trained; that is taken from the model. */
  private static StateDict complete(StateDict average, StateDict model, String name) {
    for (String key : average.keys()) {
      InvalidInput.require(
          model.has(key) && Arrays.equals(model.get(key).shape(), average.get(key).shape()),
          "%s: the average of '%s' does not fit the model's weights",
          name,
          key);
    }
    Map<String, Tensor> all = new LinkedHashMap<>(model.tensors());
    all.putAll(average.tensors());
    return new StateDict(all);
  }

  private static StateDict plain(StateDict weights) {
    boolean parallel = weights.keys().stream().allMatch(key -> key.startsWith("module."));
    return parallel ? weights.under("module.") : weights;
  }

  /** The choice where a person makes none: the average if there is one. */
  public Choice preferred() {
    return average.isPresent() ? Choice.EMA : Choice.MODEL;
  }

  /**
   * The wanted weights.
   *
   * @throws InvalidInput if the average is wanted and there is none
   */
  public StateDict weights(Choice choice, String name) {
    return choice == Choice.MODEL ? model : average.orElseThrow(() -> noAverage(name));
  }

  /** Refuses a wish for averaged weights. */
  static InvalidInput noAverage(String name) {
    return new InvalidInput(name + ": has no averaged weights; legal for --weights here: model");
  }
}
