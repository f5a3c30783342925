/** What a person sees in the terminal: progress and tables. */
@NullMarked
package dev.espalier.workers.console;

import org.jspecify.annotations.NullMarked;
