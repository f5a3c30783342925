package dev.espalier.compression.evaluate;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A TorchScript file as extractor: a program whose operations are torch's, run inside torch. It is
 * called as {@code forward(images)}, images [N, 3, H, W] as its {@link Preprocessing} says, and
 * gives features [N, D]. NVIDIA's Inception is called as {@code forward(images, return_features,
 * use_fp16, no_output_bias)} with uint8 images and gives features, or class probabilities.
 */
final class TorchScriptExtractor implements Extractor {
  private static final int BATCH = 16;

  private final Torch.Session session;
  private final NDManager owner;
  private final String name;
  private final Preprocessing preprocessing;
  private final boolean nvidia;
  private final Script script;
  private final int width;
  private final int classes;

  /**
   * Loads the file and tries it on one black image.
   *
   * @param imageShape [C, H, W] of the images it will be shown
   * @throws InvalidInput if it cannot be loaded or does not do as it should
   */
  TorchScriptExtractor(
      Torch.Session session,
      Path file,
      Preprocessing preprocessing,
      boolean nvidia,
      int[] imageShape) {
    this.session = session;
    this.owner = session.manager().newSubManager();
    this.name = file.toString();
    this.preprocessing = preprocessing;
    this.nvidia = nvidia;
    try (InputStream in = Files.newInputStream(file)) {
      this.script = Script.load(owner, in);
    } catch (EngineException | IOException e) {
      throw new InvalidInput(name + " is no TorchScript file that torch can load", e);
    }
    int[] shape = {1, imageShape[0], imageShape[1], imageShape[2]};
    Tensor black = Tensor.of(new byte[imageShape[0] * imageShape[1] * imageShape[2]], shape);
    this.width = length(features(black), "features");
    this.classes = nvidia ? length(probabilities(black), "probabilities") : 0;
  }

  private int length(Tensor out, String what) {
    InvalidInput.require(
        out.rank() == 2 && out.extent(0) == 1 && out.extent(1) > 0,
        "%s gives %s for one image; %s are [images, width]",
        name,
        out,
        what);
    return out.extent(1);
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public Seen see(Tensor images, boolean probabilities) {
    List<Seen> parts = new ArrayList<>();
    for (int from = 0; from < images.extent(0); from += BATCH) {
      Tensor batch = Images.rows(images, from, Math.min(images.extent(0), from + BATCH));
      parts.add(new Seen(features(batch), probabilities ? probabilities(batch) : null));
    }
    return Images.joined(parts);
  }

  private Tensor features(Tensor images) {
    return nvidia ? forward(images, true, false, false) : forward(images);
  }

  private Tensor probabilities(Tensor images) {
    return forward(images, false, false, true);
  }

  private Tensor forward(Tensor images, Object... options) {
    try (NDManager scope = owner.newSubManager()) {
      Object[] arguments = new Object[options.length + 1];
      arguments[0] = shown(scope, images);
      System.arraycopy(options, 0, arguments, 1, options.length);
      NDArray out = script.compute(scope, "forward", arguments);
      return Torch.toHost(out.toType(DataType.FLOAT32, false));
    } catch (EngineException e) {
      String reason = String.valueOf(e.getMessage()).strip();
      String last = reason.substring(reason.lastIndexOf('\n') + 1);
      throw new InvalidInput(name + " fails on images of " + images + ": " + last, e);
    }
  }

  private NDArray shown(NDManager scope, Tensor images) {
    Script metrics = MetricScript.of(session);
    NDArray pixels = session.toDevice(scope, images);
    if (preprocessing.input().equals("uint8")) {
      return metrics.compute(scope, "three_channels", pixels);
    }
    return metrics.compute(
        scope,
        "prepare",
        pixels,
        preprocessing.size(),
        preprocessing.resize(),
        preprocessing.antialias(),
        scope.create(array(preprocessing.mean())),
        scope.create(array(preprocessing.std())));
  }

  private static float[] array(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) array[i] = values.get(i);
    return array;
  }

  @Override
  public void close() {
    owner.close();
  }
}
