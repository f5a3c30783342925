/** The report of a run or a sweep: one HTML page that needs nothing but itself. */
@NullMarked
package dev.espalier.workers.report;

import org.jspecify.annotations.NullMarked;
