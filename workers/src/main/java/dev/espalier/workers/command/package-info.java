/** The sub-commands of {@code espalier}, one class each. */
@NullMarked
package dev.espalier.workers.command;

import org.jspecify.annotations.NullMarked;
