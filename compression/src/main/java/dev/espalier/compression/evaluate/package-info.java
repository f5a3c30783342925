@NullMarked
package dev.espalier.compression.evaluate;

import org.jspecify.annotations.NullMarked;
