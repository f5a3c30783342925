@NullMarked
package dev.espalier.compression.svs;

import org.jspecify.annotations.NullMarked;
