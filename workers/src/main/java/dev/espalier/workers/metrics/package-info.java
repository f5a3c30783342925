/** The one meter registry of a process, and the port it is served on. */
@NullMarked
package dev.espalier.workers.metrics;

import org.jspecify.annotations.NullMarked;
