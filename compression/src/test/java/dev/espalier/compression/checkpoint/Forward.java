package dev.espalier.compression.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;

/** What a network answers, computed by this program. */
final class Forward {
  private Forward() {}

  /**
   * @param io holds {@code sample} [N, C, H, W] and {@code timesteps} [N]
   */
  static Tensor output(Network network, StateDict parameters, StateDict io) {
    try (Torch.Session session = Torch.open();
        Weights weights = Weights.of(session, session.manager(), parameters, false)) {
      NDManager scope = session.manager();
      Run run = Run.inference(session.script(), weights, scope);
      NDArray sample = session.toDevice(scope, io.get("sample"));
      NDArray timesteps = session.toDevice(scope, io.get("timesteps"));
      return Torch.toHost(network.forward(run, sample, timesteps));
    }
  }

  /** The largest difference of two elements. */
  static double difference(Tensor a, Tensor b) {
    double[] left = a.doubles();
    double[] right = b.doubles();
    if (left.length != right.length) return Double.NaN;
    double largest = 0;
    for (int i = 0; i < left.length; i++) {
      largest = Math.max(largest, Math.abs(left[i] - right[i]));
    }
    return largest;
  }
}
