/**
 * Networks of other programs, in and out: PyTorch and pickle files read without executing anything
 * in them, diffusers folders, checkpoints of the DDIM code base, and exports that Python loads.
 */
@NullMarked
package dev.espalier.compression.checkpoint;

import org.jspecify.annotations.NullMarked;
