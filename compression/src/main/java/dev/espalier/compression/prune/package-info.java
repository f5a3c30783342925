@NullMarked
package dev.espalier.compression.prune;

import org.jspecify.annotations.NullMarked;
