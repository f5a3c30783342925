package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** What image metrics ask of their operands. */
final class Images {
  private Images() {}

  static void requirePairs(Tensor first, Tensor second) {
    InvalidInput.require(
        first.rank() == 4 && first.size() > 0 && Arrays.equals(first.shape(), second.shape()),
        "image pairs are two equal [N, C, H, W], not %s and %s",
        first,
        second);
  }

  /** The images {@code from} to {@code to}, exclusive. */
  static Tensor rows(Tensor images, int from, int to) {
    return images.select(0, IntStream.range(from, to).toArray());
  }

  /** What was seen in the images one after another, as one. */
  static Extractor.Seen joined(List<Extractor.Seen> parts) {
    List<Tensor> features = parts.stream().map(Extractor.Seen::features).toList();
    List<Tensor> probabilities =
        parts.stream().map(Extractor.Seen::probabilities).filter(Objects::nonNull).toList();
    return new Extractor.Seen(
        stacked(features), probabilities.isEmpty() ? null : stacked(probabilities));
  }

  private static Tensor stacked(List<Tensor> parts) {
    if (parts.size() == 1) return parts.get(0);
    int[] shape = parts.get(0).shape();
    shape[0] = parts.stream().mapToInt(part -> part.extent(0)).sum();
    int bytes = parts.stream().mapToInt(part -> part.bytes().remaining()).sum();
    ByteBuffer all = ByteBuffer.allocate(bytes);
    parts.forEach(part -> all.put(part.bytes()));
    return Tensor.of(parts.get(0).dtype(), shape, all.flip());
  }

  /** Float64 values from 0 to 1: uint8 divided by 255, floating values as they are. */
  static Tensor unit(Tensor images) {
    double[] values = images.doubles();
    if (images.dtype() == Dtype.U8) for (int i = 0; i < values.length; i++) values[i] /= 255;
    return Tensor.of(values, images.shape());
  }
}
