package dev.espalier.activities;

/**
 * A training that was interrupted and went on from its checkpoint of {@code step}.
 *
 * @param reached the last step that the server heard of from the attempt before: steps beyond
 *     {@code step} up to it were done again; equal to {@code step} where none were, as after a
 *     pause
 */
public record Resume(int step, int reached) {}
