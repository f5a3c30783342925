/**
 * Side by side with Python: each benchmark does the same piece of work here and with the packages
 * one would otherwise use, both in processes of their own, in turns.
 */
@NullMarked
package dev.espalier.workers.bench;

import org.jspecify.annotations.NullMarked;
