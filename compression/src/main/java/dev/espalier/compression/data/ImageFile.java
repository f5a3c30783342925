package dev.espalier.compression.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes the bytes of one PNG, JPEG, BMP or GIF (its first picture) by content, whatever the
 * file's name. What becomes of the modes:
 *
 * <ul>
 *   <li>8-bit grey and colour, and palettes, are taken as they are; 1, 2 and 4 bits of grey spread
 *       over 0 to 255. A palette image whose colours are all grey counts as grey;
 *   <li>an alpha channel is dropped where all of it is opaque, else the image is refused;
 *   <li>16 bits a channel and CMYK are refused.
 * </ul>
 *
 * Colour profiles and orientation tags are not applied, as Pillow does not.
 */
final class ImageFile {
  /** Pixels beyond which an image is refused before it is decoded: 8192 × 8192. */
  static final long MOST_PIXELS = 1L << 26;

  private static final Set<String> FORMATS = Set.of("png", "jpeg", "bmp", "gif");

  private ImageFile() {}

  static DecodedImage decode(byte[] file) throws UnreadableImage {
    if (file.length == 0) throw new UnreadableImage("empty");
    List<String> warnings = new ArrayList<>();
    BufferedImage image;
    try {
      image = read(file, warnings);
    } catch (IOException | RuntimeException e) {
      throw new UnreadableImage(truncated(e) ? "truncated" : "corrupt", e);
    }
    for (String warning : warnings) {
      String text = warning.toLowerCase(Locale.ROOT);
      if (text.contains("truncated") || text.contains("premature")) {
        throw new UnreadableImage("truncated");
      }
      // Spare bytes before a marker do no harm, and Pillow reads over them too.
      if (text.contains("corrupt") && !text.contains("extraneous")) {
        throw new UnreadableImage("corrupt");
      }
    }
    return image.getColorModel() instanceof IndexColorModel palette
        ? fromPalette(image.getRaster(), palette)
        : fromBands(image);
  }

  private static BufferedImage read(byte[] file, List<String> warnings)
      throws IOException, UnreadableImage {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) throw new UnreadableImage(kind(file));
      ImageReader reader = readers.next();
      try {
        String format = reader.getFormatName().toLowerCase(Locale.ROOT);
        if (!FORMATS.contains(format)) throw new UnreadableImage(kind(file));
        reader.setInput(in, true, true);
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MOST_PIXELS) {
          throw new UnreadableImage(
              String.format("%,d pixels, more than %,d", pixels, MOST_PIXELS));
        }
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    }
  }

  private static boolean truncated(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String text = String.valueOf(cause.getMessage());
      if (cause instanceof java.io.EOFException || text.contains("Invalid block length")) {
        return true;
      }
    }
    return false;
  }

  /** What bytes that no reader takes seem to be. */
  private static String kind(byte[] file) {
    String head = new String(file, 0, Math.min(12, file.length), StandardCharsets.ISO_8859_1);
    if (head.startsWith("RIFF") && head.endsWith("WEBP")) return "WebP; convert it to PNG";
    if (head.startsWith("II*\0") || head.startsWith("MM\0*")) return "TIFF; convert it to PNG";
    return "not a PNG, JPEG, BMP or GIF";
  }

  private static DecodedImage fromPalette(Raster raster, IndexColorModel palette)
      throws UnreadableImage {
    int pixels = raster.getWidth() * raster.getHeight();
    int[] indices = raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null);
    byte[] samples = new byte[pixels * 3];
    boolean grey = true;
    for (int p = 0; p < pixels; p++) {
      int colour = palette.getRGB(indices[p]);
      if (colour >>> 24 != 255) throw new UnreadableImage("transparent pixels");
      for (int c = 0; c < 3; c++) samples[p * 3 + c] = (byte) (colour >> (16 - 8 * c));
      grey &= samples[p * 3] == samples[p * 3 + 1] && samples[p * 3] == samples[p * 3 + 2];
    }
    DecodedImage image = new DecodedImage(3, raster.getWidth(), raster.getHeight(), samples);
    return grey ? new DecodedImage(1, image.width(), image.height(), band(image)) : image;
  }

  private static byte[] band(DecodedImage image) {
    byte[] first = new byte[image.width() * image.height()];
    for (int p = 0; p < first.length; p++) first[p] = image.samples()[p * 3];
    return first;
  }

  private static DecodedImage fromBands(BufferedImage image) throws UnreadableImage {
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    boolean alpha = image.getColorModel().hasAlpha();
    int channels = alpha ? bands - 1 : bands;
    int bits = Arrays.stream(raster.getSampleModel().getSampleSize()).max().orElseThrow();
    if (bits > 8) throw new UnreadableImage(bits + " bits a channel");
    if (channels == 4) throw new UnreadableImage("CMYK");
    if (bits < 8 || (channels != 1 && channels != 3)) {
      throw new UnreadableImage(bits + " bits a channel, " + channels + " channels");
    }
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] samples = new byte[channels * width * height];
    for (int c = 0; c < channels; c++) copy(raster, c, samples, channels);
    if (alpha) requireOpaque(raster, bands - 1);
    return new DecodedImage(channels, width, height, samples);
  }

  private static void requireOpaque(Raster raster, int band) throws UnreadableImage {
    byte[] alpha = new byte[raster.getWidth() * raster.getHeight()];
    copy(raster, band, alpha, 1);
    for (byte a : alpha) if (a != -1) throw new UnreadableImage("transparent pixels");
  }

  /** One band into every {@code stride}-th sample. */
  private static void copy(Raster raster, int band, byte[] samples, int stride) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int first = stride == 1 ? 0 : band;
    if (raster.getSampleModel() instanceof PixelInterleavedSampleModel model
        && raster.getDataBuffer() instanceof DataBufferByte buffer
        && raster.getParent() == null) {
      byte[] from = buffer.getData();
      int step = model.getPixelStride();
      for (int y = 0; y < height; y++) {
        int at = buffer.getOffset() + y * model.getScanlineStride() + model.getBandOffsets()[band];
        int to = y * width * stride + first;
        for (int x = 0; x < width; x++) samples[to + x * stride] = from[at + x * step];
      }
      return;
    }
    int[] line = new int[width];
    for (int y = 0; y < height; y++) {
      raster.getSamples(0, y, width, 1, band, line);
      for (int x = 0; x < width; x++) samples[(y * width + x) * stride + first] = (byte) line[x];
    }
  }
}
