@NullMarked
package dev.espalier.compression.diffusion;

import org.jspecify.annotations.NullMarked;
