/** Networks written once, against {@code Ops}, and the readers of what is written. */
@NullMarked
package dev.espalier.compression.network;

import org.jspecify.annotations.NullMarked;
