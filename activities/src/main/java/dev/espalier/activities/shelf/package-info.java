/**
 * The shelf: every result in an object store under a name that says how it was made, trusted only
 * when its manifest and every part verify.
 */
@NullMarked
package dev.espalier.activities.shelf;

import org.jspecify.annotations.NullMarked;
