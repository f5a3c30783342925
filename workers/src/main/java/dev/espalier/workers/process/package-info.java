/** What a worker process serves: the workflows, and the stages with what they need. */
@NullMarked
package dev.espalier.workers.process;

import org.jspecify.annotations.NullMarked;
