@NullMarked
package dev.espalier.compression.data;

import org.jspecify.annotations.NullMarked;
