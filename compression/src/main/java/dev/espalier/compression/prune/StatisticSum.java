package dev.espalier.compression.prune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.IValue;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.NoisyBatch;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** One statistic of one network on one batch, summed timestep by timestep on the device. */
final class StatisticSum implements AutoCloseable {
  private final Torch.Session session;
  private final NDManager owner;
  private final Network network;
  private final Weights weights;
  private final Calibration.Batch batch;
  private final NoiseSchedule schedule;
  private final Statistic statistic;
  private final boolean summedLoss;
  private final long seed;
  private final Weights sums;
  private final IValue weightList;
  private final IValue sumList;
  private final Map<String, double[]> activations = new LinkedHashMap<>();
  private double total;

  private StatisticSum(
      Torch.Session session,
      Network network,
      StateDict state,
      Calibration.Batch batch,
      NoiseSchedule schedule,
      PruneConfig config,
      Statistic statistic,
      Sums begun) {
    this.session = session;
    this.owner = session.manager().newSubManager();
    this.network = network;
    this.batch = batch;
    this.schedule = schedule;
    this.statistic = statistic;
    this.summedLoss = config.compatibility().loop() == CalibrationLoop.EXPERIMENT;
    this.seed = config.seed();
    boolean differentiated = statistic != Statistic.ACTIVATION;
    this.weights = Weights.of(session, owner, state, differentiated);
    StateDict zeros = differentiated ? state.zeros() : new StateDict(Map.of());
    boolean fresh = begun.values().keys().isEmpty() || !differentiated;
    this.sums = Weights.of(session, owner, fresh ? zeros : begun.values(), false);
    this.total = begun.weight();
    if (!differentiated) {
      begun.values().tensors().forEach((layer, sum) -> activations.put(layer, sum.doubles()));
    }
    this.weightList = Script.list(weights.all());
    this.sumList = Script.list(sums.all());
  }

  /** With {@code begun} summed already. */
  static StatisticSum open(
      Torch.Session session,
      Network network,
      StateDict state,
      Calibration.Batch batch,
      NoiseSchedule schedule,
      PruneConfig config,
      Statistic statistic,
      Sums begun) {
    return new StatisticSum(session, network, state, batch, schedule, config, statistic, begun);
  }

  /**
   * Sums over some timesteps.
   *
   * @param weight Σ α_t
   * @param values as they are on the device, in the order of the weights; of activations, the sums
   *     by layer in float64
   */
  record Sums(double weight, StateDict values) {
    /** Over no timestep. */
    static final Sums NONE = new Sums(0, new StateDict(Map.of()));
  }

  /** What was summed so far, to go on from. */
  Sums soFar() {
    if (statistic != Statistic.ACTIVATION) return new Sums(total, sums.toHost());
    Map<String, Tensor> values = new LinkedHashMap<>();
    activations.forEach((layer, sum) -> values.put(layer, Tensor.of(sum, sum.length)));
    return new Sums(total, new StateDict(values));
  }

  /** The network's work at timestep {@code t}. */
  Step at(int t) {
    return new Step(t);
  }

  /** What was summed so far. */
  StateDict toHost() {
    if (statistic != Statistic.ACTIVATION) return sums.toHost();
    Map<String, Tensor> means = new LinkedHashMap<>();
    activations.forEach(
        (layer, sum) -> {
          double[] mean = Arrays.stream(sum).map(x -> x / total).toArray();
          means.put(layer + ".weight", Tensor.of(mean, mean.length));
        });
    return new StateDict(means);
  }

  /** One timestep: its loss is there at once, its statistic only if it is added. */
  final class Step implements AutoCloseable {
    private final NDManager scope = owner.newSubManager();
    private final Map<String, double[]> seen = new LinkedHashMap<>();
    private final int t;
    private final NDArray predicted;
    private final NDArray loss;

    private Step(int t) {
      this.t = t;
      int[] timesteps = new int[(int) batch.images().getShape().get(0)];
      Arrays.fill(timesteps, t);
      NoisyBatch noisy =
          NoisyBatch.of(session, scope, schedule, batch.images(), timesteps, batch.noise());
      predicted = network.forward(reader(), noisy.noisy(), noisy.timesteps());
      loss =
          session
              .script()
              .run(scope, "squared_error", true, batch.noise(), predicted, summedLoss)
              .singletonOrThrow();
    }

    private Run reader() {
      return statistic == Statistic.ACTIVATION
          ? Run.inference(session.script(), weights, scope).observed(this::see)
          : Run.gradient(session.script(), weights, scope);
    }

    /** Mean |output| over all axes but the channels'. */
    private void see(String layer, NDArray output) {
      int rank = output.getShape().dimension();
      int channels = rank == 4 ? 1 : rank - 1;
      NDArray mean = output.abs();
      for (int axis = rank - 1; axis >= 0; axis--) {
        if (axis != channels) mean = mean.mean(new int[] {axis});
      }
      seen.put(layer, Torch.toHost(mean).doubles());
    }

    double loss() {
      return loss.toFloatArray()[0];
    }

    /** Adds {@code alpha} times this timestep's statistic to the sums. */
    void add(double alpha) {
      total += alpha;
      switch (statistic) {
        case GRADIENT -> addGradient(alpha);
        case SQUARED_GRADIENT -> addSquares(loss, alpha);
        case CURVATURE -> addSquares(probed(), alpha * 2 * lossFactor());
        case ACTIVATION -> seen.forEach((layer, mean) -> addActivation(layer, mean, alpha));
      }
    }

    private void addGradient(double alpha) {
      NDArray weighted =
          alpha == 1
              ? loss
              : session.script().run(scope, "affine", true, loss, alpha, 0.0).singletonOrThrow();
      try (IValue gradients = session.script().keep("grad", true, weighted, weightList)) {
        session.script().apply("accumulate", sumList, gradients);
      }
    }

    private void addSquares(NDArray scalar, double factor) {
      NDList gradients = session.script().run(scope, "grad", true, scalar, weightList);
      int i = 0;
      for (NDArray sum : sums.all()) {
        NDArray gradient = gradients.get(i++);
        sum.addi(gradient.square().muli(factor));
      }
    }

    /** vᵀ · output for random signs v; its gradient is Jᵀv. */
    private NDArray probed() {
      long signs = CounterRandom.seed(seed, "curvature probe", t);
      NDArray normal =
          session.script().compute(scope, "randn", predicted.getShape().getShape(), signs);
      return predicted.mul(normal.sign().toDevice(predicted.getDevice(), false)).sum();
    }

    /** What the loss multiplies each squared error with. */
    private double lossFactor() {
      long n = summedLoss ? predicted.getShape().get(0) : predicted.size();
      return 1.0 / n;
    }

    private void addActivation(String layer, double[] mean, double alpha) {
      double[] sum = activations.computeIfAbsent(layer, key -> new double[mean.length]);
      for (int c = 0; c < mean.length; c++) sum[c] += alpha * mean[c];
    }

    @Override
    public void close() {
      scope.close();
    }
  }

  @Override
  public void close() {
    weightList.close();
    sumList.close();
    weights.close();
    sums.close();
    owner.close();
  }
}
