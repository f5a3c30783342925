/** What a compressed network is worth: image quality, and what it costs. */
@NullMarked
package dev.espalier.compression.evaluate;

import org.jspecify.annotations.NullMarked;
