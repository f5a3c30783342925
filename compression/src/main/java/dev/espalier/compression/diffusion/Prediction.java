package dev.espalier.compression.diffusion;

import java.util.Locale;

/**
 * What a network is trained to predict from x = s · image + σ · noise, where s = √ᾱ_t and σ = √(1 −
 * ᾱ_t). Each says how image and noise follow from a prediction.
 */
enum Prediction {
  /** The noise. */
  EPSILON {
    @Override
    float image(float predicted, float x, float s, float sigma) {
      return (x - sigma * predicted) / s;
    }

    @Override
    float noise(float predicted, float x, float s, float sigma) {
      return predicted;
    }
  },
  /** The image. */
  SAMPLE {
    @Override
    float image(float predicted, float x, float s, float sigma) {
      return predicted;
    }

    @Override
    float noise(float predicted, float x, float s, float sigma) {
      return (x - s * predicted) / sigma;
    }
  },
  /** s · noise − σ · image (Salimans & Ho 2022). */
  V_PREDICTION {
    @Override
    float image(float predicted, float x, float s, float sigma) {
      return s * x - sigma * predicted;
    }

    @Override
    float noise(float predicted, float x, float s, float sigma) {
      return s * predicted + sigma * x;
    }
  };

  abstract float image(float predicted, float x, float s, float sigma);

  abstract float noise(float predicted, float x, float s, float sigma);

  /** The one that diffusers calls {@code name}; a configuration has checked that it exists. */
  static Prediction named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
