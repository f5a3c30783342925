/** Structural pruning: which channels belong together, which matter least, and removing them. */
@NullMarked
package dev.espalier.compression.prune;

import org.jspecify.annotations.NullMarked;
