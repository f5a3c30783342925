package dev.espalier.workflows;

import org.jspecify.annotations.Nullable;

/**
 * One point of a sweep's grid.
 *
 * @param run id of its workflow: {@code <sweep>-<hash of the resolved plan>}
 * @param label what sets it apart, such as {@code prune.ratio=0.5 svs.enabled=true}
 * @param result absent unless the state is {@code DONE}
 * @param note why it failed, or what it waits for; absent otherwise
 */
public record SweepArm(
    String run,
    String label,
    RunStatus.State state,
    @Nullable CompressionResult result,
    @Nullable String note) {}
