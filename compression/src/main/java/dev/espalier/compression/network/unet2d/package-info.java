/** The DDPM U-Net in the layout of diffusers. */
@NullMarked
package dev.espalier.compression.network.unet2d;

import org.jspecify.annotations.NullMarked;
