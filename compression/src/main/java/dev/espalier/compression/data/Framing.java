package dev.espalier.compression.data;

/** How an image of any size becomes one of a network's size. */
enum Framing {
  /**
   * torchvision's {@code Resize} to the shorter side and {@code CenterCrop}, as for LSUN in the
   * DDIM authors' code. For a network of unequal sides the image is reduced until one side fits.
   */
  CENTRE {
    @Override
    void check(int width, int height, int[] shape) throws UnreadableImage {
      if (width < shape[2] || height < shape[1]) {
        throw new UnreadableImage(
            String.format(
                "%d × %d pixels, smaller than %d × %d", width, height, shape[2], shape[1]));
      }
    }

    @Override
    DecodedImage frame(DecodedImage image, int[] shape) {
      long w = image.width();
      long h = image.height();
      boolean upright = w * shape[1] <= h * shape[2];
      int width = upright ? shape[2] : (int) (shape[1] * w / h);
      int height = upright ? (int) (shape[2] * h / w) : shape[1];
      DecodedImage reduced = Resample.bilinear(image, width, height);
      int left = (int) Math.rint((width - shape[2]) / 2.0);
      int top = (int) Math.rint((height - shape[1]) / 2.0);
      return reduced.crop(left, top, shape[2], shape[1]);
    }
  },

  /**
   * The DDIM authors' CelebA: of each aligned image, 178 × 218, rows 57 to 185 and columns 25 to
   * 153 (128 × 128 around the face), reduced to the network's size.
   */
  CELEBA {
    @Override
    void check(int width, int height, int[] shape) throws UnreadableImage {
      if (width != 178 || height != 218) {
        throw new UnreadableImage(String.format("%d × %d pixels, not 178 × 218", width, height));
      }
    }

    @Override
    DecodedImage frame(DecodedImage image, int[] shape) {
      return Resample.bilinear(image.crop(25, 57, 128, 128), shape[2], shape[1]);
    }
  };

  /**
   * Refuses sizes that cannot be framed.
   *
   * @param shape of the network's samples: [channels, height, width]
   */
  abstract void check(int width, int height, int[] shape) throws UnreadableImage;

  /** The image in the size of {@code shape}, its channels as they are. */
  abstract DecodedImage frame(DecodedImage image, int[] shape);

  /** Names the arithmetic in fingerprints; raised when its results change. */
  String version() {
    return this + " 1";
  }
}
