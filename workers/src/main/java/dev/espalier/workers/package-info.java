/** The program: its launcher's main class, and the worker process that serves Temporal. */
@NullMarked
package dev.espalier.workers;

import org.jspecify.annotations.NullMarked;
