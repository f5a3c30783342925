package dev.espalier.compression.evaluate;

/** The ends of a confidence interval; see {@link Bootstrap}. */
public record Interval(double low, double high) {}
