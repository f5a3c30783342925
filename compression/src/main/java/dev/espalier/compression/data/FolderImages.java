package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Images of a folder, decoded and framed when they are asked for. A set that is small once it is
 * decoded is kept; a larger one is decoded each time.
 */
final class FolderImages implements ImageSource {
  private final String name;
  private final Path folder;
  private final List<FileStamp> files;
  private final Framing framing;
  private final int[] shape;
  private final @Nullable AtomicReferenceArray<byte[]> kept;

  /**
   * @param shape of the images to be made: [channels, height, width]
   */
  FolderImages(String name, Path folder, List<FileStamp> files, Framing framing, int[] shape) {
    this.name = name;
    this.folder = folder;
    this.files = List.copyOf(files);
    this.framing = framing;
    this.shape = shape.clone();
    boolean small = (long) files.size() * area() <= PixelStore.HELD;
    this.kept = small ? new AtomicReferenceArray<>(files.size()) : null;
  }

  private int area() {
    return shape[0] * shape[1] * shape[2];
  }

  @Override
  public void read(int index, byte[] into, int at) {
    byte[] image = kept == null ? null : kept.get(index);
    if (image == null) {
      image = decode(files.get(index));
      if (kept != null) kept.set(index, image);
    }
    System.arraycopy(image, 0, into, at, image.length);
  }

  private byte[] decode(FileStamp stamp) {
    Path file = folder.resolve(stamp.path());
    try {
      InvalidInput.require(
          stamp.isOf(file), "data '%s': %s changed while it was in use", name, stamp.path());
      byte[] planes = new byte[area()];
      framing.frame(ImageFile.decode(Files.readAllBytes(file)), shape).planes(shape[0], planes, 0);
      return planes;
    } catch (IOException | UnreadableImage e) {
      throw new InvalidInput(
          "data '" + name + "': " + stamp.path() + " can no longer be read: " + e.getMessage(), e);
    }
  }
}
