@NullMarked
package dev.espalier.compression.tensor;

import org.jspecify.annotations.NullMarked;
