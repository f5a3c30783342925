/** What a running worker exports, named in one place. */
@NullMarked
package dev.espalier.activities.metrics;

import org.jspecify.annotations.NullMarked;
