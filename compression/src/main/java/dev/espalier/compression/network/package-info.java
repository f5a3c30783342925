@NullMarked
package dev.espalier.compression.network;

import org.jspecify.annotations.NullMarked;
