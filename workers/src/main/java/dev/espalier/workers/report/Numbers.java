package dev.espalier.workers.report;

import dev.espalier.compression.evaluate.Interval;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** How numbers are written in the page: the same everywhere, whatever the machine's language. */
final class Numbers {
  static final String ABSENT = "–";
  private static final String[] SCALE = {"", " k", " M", " G", " T"};

  private Numbers() {}

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String fixed(double value, int decimals) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%." + decimals + "f", value)
        : ABSENT;
  }

  /** Three significant digits and a decimal prefix: {@code 6.06 G}. */
  static String scaled(double value) {
    int k = 0;
    double rest = value;
    while (Math.abs(rest) >= 999.5 && k < SCALE.length - 1) {
      rest /= 1000;
      k++;
    }
    return significant(rest) + SCALE[k];
  }

  /** Beside an axis; what would be long has a decimal prefix. */
  static String tick(double value) {
    return Math.abs(value) < 1e5 ? significant(value) : scaled(value);
  }

  /** Three significant digits, no exponent within reason, no idle zeros. */
  static String significant(double value) {
    if (!Double.isFinite(value)) return ABSENT;
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros();
    boolean readable = value == 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e7);
    return (readable ? rounded.toPlainString() : rounded.toString()).replace('-', '−');
  }

  static String percent(double share) {
    return Double.isFinite(share) ? fixed(share * 100, share < 0.1 ? 1 : 0) + " %" : ABSENT;
  }

  static String seconds(double value) {
    if (!Double.isFinite(value)) return ABSENT;
    if (value < 10) return fixed(value, 1);
    return count(Math.round(value));
  }

  static double mean(Collection<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  static double median(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int n = sorted.length;
    if (n == 0) return Double.NaN;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  /** {@code low to high}; nothing where there is no interval. */
  static String interval(@Nullable Interval interval, DoubleFunction<String> number) {
    if (interval == null) return "";
    return number.apply(interval.low()) + " to " + number.apply(interval.high());
  }

  /** {@code a, b and c}. */
  static String enumeration(List<String> items) {
    int last = items.size() - 1;
    if (last < 1) return String.join("", items);
    return String.join(", ", items.subList(0, last)) + " and " + items.get(last);
  }

  /** A coordinate of a drawing. */
  static String px(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
