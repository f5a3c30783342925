package dev.espalier.compression.evaluate;

import org.jspecify.annotations.Nullable;

/**
 * One number that a network was measured by.
 *
 * @param name {@code frechet-distance}, {@code precision}, {@code recall}, {@code density}, {@code
 *     coverage}, {@code ssim}, {@code mse}, {@code sliced-wasserstein} or {@code inception-score}
 * @param value the measure itself
 * @param interval its 95 % bootstrap interval; absent where none was asked for
 * @param images how many drawn images it was taken on
 * @param settings what else it depends on, such as {@code k=5}; empty where nothing does
 */
public record Measure(
    String name, double value, @Nullable Interval interval, int images, String settings) {}
