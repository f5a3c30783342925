/**
 * The contract and the order: one activity interface per stage with its request and result, the
 * workflows that call them, and the JSON a person starts them with. No tensors, clocks or
 * randomness: everything here replays.
 */
@NullMarked
package dev.espalier.workflows;

import org.jspecify.annotations.NullMarked;
