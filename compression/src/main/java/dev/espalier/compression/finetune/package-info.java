@NullMarked
package dev.espalier.compression.finetune;

import org.jspecify.annotations.NullMarked;
