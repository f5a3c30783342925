@NullMarked
package dev.espalier.compression.network.unet2d;

import org.jspecify.annotations.NullMarked;
