/** How a sweep finds its points and which of them it trains on: pure functions of its results. */
@NullMarked
package dev.espalier.workflows.search;

import org.jspecify.annotations.NullMarked;
