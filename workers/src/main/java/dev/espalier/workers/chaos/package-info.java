/** Runs under failures made on purpose, and what became of them: {@code espalier chaos}. */
@org.jspecify.annotations.NullMarked
package dev.espalier.workers.chaos;
