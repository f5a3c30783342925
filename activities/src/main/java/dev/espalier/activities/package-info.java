/** The stages as durable work: what is common to all of them. */
@NullMarked
package dev.espalier.activities;

import org.jspecify.annotations.NullMarked;
