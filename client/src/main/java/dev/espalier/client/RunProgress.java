package dev.espalier.client;

import dev.espalier.workflows.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands.
 *
 * @param run its id
 * @param stage the stage at work or held; null before the first and after the last
 * @param done stages that are over; of a sweep, arms
 * @param total stages in all, 1 until the plan is resolved; of a sweep, arms
 * @param paused whether a pause was asked for
 * @param now how far the stage at work says it is; null where it says nothing
 */
public record RunProgress(
    String run,
    @Nullable String stage,
    int done,
    int total,
    boolean paused,
    @Nullable Progress now) {}
