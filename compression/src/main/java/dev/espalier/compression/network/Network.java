package dev.espalier.compression.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A noise-predicting network: its architecture, without weights. One {@link #forward} is read by
 * all interpreters of {@link Ops}; a pruned network is the same {@code Network} with narrower
 * weights.
 */
public interface Network {
  /**
   * The network, written once.
   *
   * @param sample {@code [batch, channels, height, width]}, pixels in [-1, 1]
   * @param timestep {@code [batch]}, 0 … 999
   * @return the predicted noise, in the shape of the sample
   */
  <T> T forward(Ops<T> ops, T sample, T timestep);

  /** The complete configuration, all defaults written out, in the layout of diffusers. */
  JsonNode config();

  /** Extent of one sample: channels, height, width. */
  int[] sampleShape();

  /** Shape of every parameter of the unpruned design, by key, in the order of the reference. */
  default Map<String, int[]> declaredShapes() {
    return Declare.shapes(this);
  }
}
