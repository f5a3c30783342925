/**
 * Experiments from a program: a thin layer over Temporal's client and the contract in {@code
 * dev.espalier.workflows}, which says what plans, sweeps and results hold.
 */
@NullMarked
package dev.espalier.client;

import org.jspecify.annotations.NullMarked;
