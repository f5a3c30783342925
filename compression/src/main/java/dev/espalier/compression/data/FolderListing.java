package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The image files below a folder, at any depth and behind links, sorted by their path in it. A file
 * is an image's if its name ends like one's and does not begin with a dot; formats that are not
 * read count too, so that none is left out unseen.
 */
final class FolderListing extends SimpleFileVisitor<Path> {
  private static final Set<String> ENDINGS =
      Set.of(
          "png", "jpg", "jpeg", "jpe", "bmp", "gif", "webp", "tif", "tiff", "ppm", "pgm", "pnm",
          "jp2", "avif", "heic");

  private final Path folder;
  private final List<FileStamp> found = new ArrayList<>();

  private FolderListing(Path folder) {
    this.folder = folder;
  }

  /**
   * @throws InvalidInput if it is an LMDB database or holds no images
   */
  static List<FileStamp> of(Path folder) throws IOException {
    InvalidInput.require(
        !Files.exists(folder.resolve("data.mdb")),
        "%s is an LMDB database; export it first: python3 datasets/export_lsun.py %s FOLDER",
        folder,
        folder);
    FolderListing listing = new FolderListing(folder);
    Files.walkFileTree(
        folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, listing);
    InvalidInput.require(
        !listing.found.isEmpty(), "%s holds no images; legal are PNG, JPEG, BMP and GIF", folder);
    listing.found.sort(Comparator.comparing(FileStamp::path));
    return listing.found;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path inside, BasicFileAttributes attributes) {
    boolean hidden = !inside.equals(folder) && name(inside).startsWith(".");
    return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    String name = name(file);
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (!name.startsWith(".") && ENDINGS.contains(ending)) {
      String path = folder.relativize(file).toString().replace('\\', '/');
      found.add(FileStamp.of(path, attributes));
    }
    return FileVisitResult.CONTINUE;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }
}
