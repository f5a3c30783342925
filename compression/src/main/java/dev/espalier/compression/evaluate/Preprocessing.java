package dev.espalier.compression.evaluate;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.compression.InvalidInput;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a TorchScript extractor wants to be shown: the content of {@code FILE.json} beside {@code
 * FILE}. For DINOv2 as Stein et al. 2023 use it: {@code {"name": "dinov2-vitl14", "size": 224,
 * "resize": "bicubic", "antialias": true, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224,
 * 0.225]}}.
 *
 * @param name what the metric is called after: lower-case letters, digits, '.', '_' and '-'
 * @param input {@code float} (pixels over 255, resized, minus mean, over std; the default) or
 *     {@code uint8} (pixels as they are)
 * @param size images are resized to [size, size]; 0, the default, leaves them
 * @param resize {@code bilinear} (the default) or {@code bicubic}, corners not aligned
 * @param antialias whether shrinking averages over all pixels; default false
 * @param mean per channel, default 0
 * @param std per channel, default 1
 */
public record Preprocessing(
    String name,
    String input,
    int size,
    String resize,
    boolean antialias,
    List<Float> mean,
    List<Float> std) {
  private static final int LARGEST = 4096;
  private static final Map<String, List<String>> LEGAL =
      Map.of("input", List.of("float", "uint8"), "resize", List.of("bilinear", "bicubic"));

  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    InvalidInput.require(
        name.matches("[a-z0-9][a-z0-9._-]{0,63}") && !name.startsWith("inception"),
        "name is '%s'; legal are up to 64 of a-z, 0-9, '.', '_' and '-', not inception…",
        name);
    requireLegal("input", input);
    requireLegal("resize", resize);
    InvalidInput.require(
        size >= 0 && size <= LARGEST, "size is %d; legal are 0 to %d", size, LARGEST);
    InvalidInput.require(
        input.equals("float") || size == 0, "size is %d, but uint8 images are not resized", size);
    InvalidInput.require(
        mean.size() == 3 && mean.stream().allMatch(Float::isFinite),
        "mean is %s; legal are 3 numbers",
        mean);
    InvalidInput.require(
        std.size() == 3 && std.stream().allMatch(s -> Float.isFinite(s) && s > 0),
        "std is %s; legal are 3 positive numbers",
        std);
  }

  @JsonCreator
  static Preprocessing of(
      @JsonProperty("name") @Nullable String name,
      @JsonProperty("input") @Nullable String input,
      @JsonProperty("size") @Nullable Integer size,
      @JsonProperty("resize") @Nullable String resize,
      @JsonProperty("antialias") @Nullable Boolean antialias,
      @JsonProperty("mean") @Nullable List<Float> mean,
      @JsonProperty("std") @Nullable List<Float> std) {
    if (name == null) throw new InvalidInput("name is missing; the metric is called after it");
    return new Preprocessing(
        name,
        input == null ? "float" : input,
        size == null ? 0 : size,
        resize == null ? "bilinear" : resize,
        antialias != null && antialias,
        mean == null ? List.of(0f, 0f, 0f) : mean,
        std == null ? List.of(1f, 1f, 1f) : std);
  }

  private static void requireLegal(String field, String value) {
    List<String> legal = LEGAL.getOrDefault(field, List.of());
    InvalidInput.require(legal.contains(value), "%s is '%s'; legal are %s", field, value, legal);
  }
}
