@NullMarked
package dev.espalier.compression;

import org.jspecify.annotations.NullMarked;
