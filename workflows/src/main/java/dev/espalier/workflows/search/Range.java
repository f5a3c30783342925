package dev.espalier.workflows.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import dev.espalier.compression.InvalidInput;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All numbers between two.
 *
 * @param low the least
 * @param high the largest
 * @param scale {@code linear}, {@code log} or {@code integer}; linear where absent
 * @param points how many of them a grid takes, 2 to 1,000, both ends among them
 */
public record Range(double low, double high, String scale, @Nullable Integer points) {
  private static final String LINEAR = "linear";
  private static final String LOG = "log";
  private static final String INTEGER = "integer";

  /** Six digits, so that a value can be read, and typed again. */
  private static final MathContext READABLE = new MathContext(6);

  @SuppressWarnings("ConstantValue")
  public Range {
    scale = scale == null ? LINEAR : scale;
    InvalidInput.require(
        List.of(LINEAR, LOG, INTEGER).contains(scale),
        "scale is '%s'; legal are linear, log, integer",
        scale);
    InvalidInput.require(
        Double.isFinite(low) && Double.isFinite(high) && low < high,
        "low is %s and high is %s; legal are two numbers, the first below the second",
        low,
        high);
    InvalidInput.require(
        !scale.equals(LOG) || low > 0, "low is %s on a log scale; legal is a number above 0", low);
    InvalidInput.require(
        !scale.equals(INTEGER) || (low == Math.rint(low) && high == Math.rint(high)),
        "low is %s and high is %s on an integer scale; legal are whole numbers",
        low,
        high);
    InvalidInput.require(
        points == null || (points >= 2 && points <= 1000),
        "points is %s; legal are 2 to 1000",
        points);
  }

  /**
   * The value so far along.
   *
   * @param unit 0 is the low end, 1 the high one
   */
  JsonNode at(double unit) {
    double part = Math.min(1, Math.max(0, unit));
    if (scale.equals(INTEGER)) {
      return LongNode.valueOf((long) Math.min(high, Math.floor(low + part * (high - low + 1))));
    }
    double value =
        scale.equals(LOG) ? low * StrictMath.pow(high / low, part) : low + part * (high - low);
    double read = new BigDecimal(value, READABLE).doubleValue();
    return DoubleNode.valueOf(Math.min(high, Math.max(low, read)));
  }

  /** Where {@link #at} has {@code value}. */
  double unit(JsonNode value) {
    double v = value.doubleValue();
    return switch (scale) {
      case INTEGER -> (v - low + 0.5) / (high - low + 1);
      case LOG -> StrictMath.log(v / low) / StrictMath.log(high / low);
      default -> (v - low) / (high - low);
    };
  }

  /** Evenly spaced on its scale; each once. */
  List<JsonNode> grid(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> (double) i / (count - 1))
        .map(this::at)
        .distinct()
        .toList();
  }
}
