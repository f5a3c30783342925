/**
 * The Temporal server and the object store a process works with: given, found, or started by it.
 */
@NullMarked
package dev.espalier.workers.connection;

import org.jspecify.annotations.NullMarked;
