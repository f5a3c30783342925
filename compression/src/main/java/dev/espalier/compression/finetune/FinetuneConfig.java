package dev.espalier.compression.finetune;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.compression.InvalidInput;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a network is trained, after pruning or from random weights. Absent fields take the values of
 * the DDPM experiments on CIFAR-10 (Diff-Pruning and SVS repositories), but for {@code steps}.
 *
 * @param steps optimizer steps, 0 to 10,000,000; 0 leaves the weights as they are
 * @param batch images per step
 * @param optimizer {@code adam}, or {@code adamw}, whose weight decay stands beside the gradient
 * @param learningRate Adam's step size
 * @param schedule {@code constant} or {@code cosine} (to zero at {@code steps})
 * @param warmup steps of linear growth of the learning rate before the schedule
 * @param beta1 decay of Adam's first moment
 * @param beta2 decay of Adam's second moment
 * @param epsilon Adam's denominator offset
 * @param weightDecay L2 term added to the gradient, as torch's Adam does; with {@code adamw} times
 *     the learning rate off the weight itself
 * @param clip largest global gradient norm; 0 clips nothing
 * @param emaDecay decay of the moving average of the weights
 * @param emaWarmup how the decay grows to {@code emaDecay} (s = steps before this one): {@code
 *     none}; {@code ramp}: (1+s)/(10+s); {@code power}: 1 − (1+s)^(−3/4), the last two as
 *     diffusers' EMAModel, where step 1 copies the weights
 * @param dropout probability inside residual blocks
 * @param loss {@code sum}: squared error summed over C, H, W and averaged over the batch; {@code
 *     mean}: averaged over all
 * @param precision {@code float32}, or {@code bfloat16} for activations and gradients of
 *     activations (weights, loss and optimizer stay float32; faster where the processor has
 *     AVX512_BF16)
 * @param flip whether images are mirrored left to right at random
 * @param validateEvery steps between two validation losses
 * @param checkpointEvery steps that are done again after a crash, at most, from 20 on; checkpoints
 *     are committed beside the training and begun that much earlier, but later where copying would
 *     hold the training up. Below 20, steps between two checkpoints
 * @param seed of all randomness; every draw is a function of (seed, purpose, step)
 * @param distillation weight w of the teacher's prediction in the loss, w·‖ε_teacher − ε_θ‖² + (1 −
 *     w)·‖ε − ε_θ‖² (Diff-Pruning's repository: 0.7), 0 to 1; the teacher is the dense network, and
 *     0, which is left out of JSON, trains without one
 * @param checkpointSeconds seconds after which a checkpoint is due though {@code checkpointEvery}
 *     is not reached; 0, which is left out of JSON, goes by steps alone
 * @param onDivergence what happens when loss or gradient are no longer finite: {@code fail}, which
 *     is left out of JSON, or {@code restore}, see {@link Restart}
 * @param keep which checkpoints stay; the last two, which is left out of JSON, where absent
 */
public record FinetuneConfig(
    int steps,
    int batch,
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = PlainAdam.class)
        String optimizer,
    double learningRate,
    String schedule,
    int warmup,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double clip,
    double emaDecay,
    String emaWarmup,
    double dropout,
    String loss,
    String precision,
    boolean flip,
    int validateEvery,
    int checkpointEvery,
    long seed,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) double distillation,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) double checkpointSeconds,
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Failing.class)
        String onDivergence,
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = LastTwo.class) KeepPolicy keep) {

  /**
   * Fields that do not tell in the state after any one step, unless the learning rate follows a
   * cosine: trainings that differ in these alone share their first steps.
   */
  public static final Set<String> NOT_IN_STATE =
      Set.of(
          "steps", "validateEvery", "checkpointEvery", "checkpointSeconds", "onDivergence", "keep");

  public FinetuneConfig {
    range("steps", steps, 0, 10_000_000);
    range("batch", batch, 1, 65_536);
    oneOf("optimizer", optimizer, List.of("adam", "adamw"));
    range("learningRate", learningRate, 1e-12, 10);
    oneOf("schedule", schedule, List.of("constant", "cosine"));
    range("warmup", warmup, 0, 10_000_000);
    range("beta1", beta1, 0, 0.999999);
    range("beta2", beta2, 0, 0.999999);
    range("epsilon", epsilon, 1e-16, 1);
    range("weightDecay", weightDecay, 0, 1);
    range("clip", clip, 0, 1e9);
    range("emaDecay", emaDecay, 0, 0.9999999);
    oneOf("emaWarmup", emaWarmup, List.of("none", "ramp", "power"));
    range("dropout", dropout, 0, 0.99);
    oneOf("loss", loss, List.of("sum", "mean"));
    oneOf("precision", precision, List.of("float32", "bfloat16"));
    range("validateEvery", validateEvery, 1, 10_000_000);
    range("checkpointEvery", checkpointEvery, 1, 10_000_000);
    range("distillation", distillation, 0, 1);
    range("checkpointSeconds", checkpointSeconds, 0, 1_000_000);
    oneOf("onDivergence", onDivergence, List.of("fail", "restore"));
  }

  @JsonCreator
  static FinetuneConfig of(
      @Nullable Integer steps,
      @Nullable Integer batch,
      @Nullable String optimizer,
      @Nullable Double learningRate,
      @Nullable String schedule,
      @Nullable Integer warmup,
      @Nullable Double beta1,
      @Nullable Double beta2,
      @Nullable Double epsilon,
      @Nullable Double weightDecay,
      @Nullable Double clip,
      @Nullable Double emaDecay,
      @Nullable String emaWarmup,
      @Nullable Double dropout,
      @Nullable String loss,
      @Nullable String precision,
      @Nullable Boolean flip,
      @Nullable Integer validateEvery,
      @Nullable Integer checkpointEvery,
      @Nullable Long seed,
      @Nullable Double distillation,
      @Nullable Double checkpointSeconds,
      @Nullable String onDivergence,
      @Nullable KeepPolicy keep) {
    return new FinetuneConfig(
        steps == null ? 1000 : steps,
        batch == null ? 128 : batch,
        optimizer == null ? "adam" : optimizer,
        learningRate == null ? 2e-4 : learningRate,
        schedule == null ? "constant" : schedule,
        warmup == null ? 0 : warmup,
        beta1 == null ? 0.9 : beta1,
        beta2 == null ? 0.999 : beta2,
        epsilon == null ? 1e-8 : epsilon,
        weightDecay == null ? 0 : weightDecay,
        clip == null ? 1 : clip,
        emaDecay == null ? 0.9999 : emaDecay,
        emaWarmup == null ? "none" : emaWarmup,
        dropout == null ? 0 : dropout,
        loss == null ? "sum" : loss,
        precision == null ? "float32" : precision,
        flip != null && flip,
        validateEvery == null ? 100 : validateEvery,
        checkpointEvery == null ? 100 : checkpointEvery,
        seed == null ? 1 : seed,
        distillation == null ? 0 : distillation,
        checkpointSeconds == null ? 0 : checkpointSeconds,
        onDivergence == null ? "fail" : onDivergence,
        keep == null ? KeepPolicy.DEFAULT : keep);
  }

  /** The configuration an empty JSON object stands for. */
  public static FinetuneConfig defaults() {
    return of(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, null, null);
  }

  /** Whether a state depends on its step, and not on how long the training is to be. */
  public boolean canBeExtended() {
    return schedule.equals("constant");
  }

  /** Whether a training that diverges is taken back instead of ended. */
  public boolean restores() {
    return onDivergence.equals("restore");
  }

  /** Equal to the optimizer that JSON leaves out: keys from before there was another one stay. */
  static final class PlainAdam {
    @Override
    public boolean equals(@Nullable Object value) {
      return "adam".equals(value);
    }

    @Override
    public int hashCode() {
      return "adam".hashCode();
    }
  }

  /** Equal to the policy that JSON leaves out. */
  static final class Failing {
    @Override
    public boolean equals(@Nullable Object value) {
      return "fail".equals(value);
    }

    @Override
    public int hashCode() {
      return "fail".hashCode();
    }
  }

  /** Equal to the policy that JSON leaves out. */
  static final class LastTwo {
    @Override
    public boolean equals(@Nullable Object value) {
      return KeepPolicy.DEFAULT.equals(value);
    }

    @Override
    public int hashCode() {
      return KeepPolicy.DEFAULT.hashCode();
    }
  }

  private static void range(String field, double value, double low, double high) {
    InvalidInput.require(
        value >= low && value <= high,
        "finetune.%s is %s; legal are %s to %s",
        field,
        number(value),
        number(low),
        number(high));
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  private static void oneOf(String field, String value, List<String> legal) {
    InvalidInput.require(
        legal.contains(value), "finetune.%s is '%s'; legal are %s", field, value, legal);
  }
}
