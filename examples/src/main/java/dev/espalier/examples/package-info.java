/** Programs to begin with. */
@NullMarked
package dev.espalier.examples;

import org.jspecify.annotations.NullMarked;
