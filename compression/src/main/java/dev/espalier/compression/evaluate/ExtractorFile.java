package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.checkpoint.Checkpoint;
import dev.espalier.compression.checkpoint.TorchFile;
import dev.espalier.compression.evaluate.ExtractorName.Kind;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * An extractor in a file of the user's.
 *
 * @param kind what the file is
 * @param file where it lies
 * @param name by which results carry it
 * @param sha256 of the file and, for a TorchScript file, of the {@code FILE.json} after it
 * @param preprocessing what it wants to be shown
 */
public record ExtractorFile(
    Kind kind, Path file, String name, String sha256, Preprocessing preprocessing) {
  private static final Preprocessing PIXELS =
      new Preprocessing(
          "pixels", "uint8", 0, "bilinear", false, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

  /**
   * Finds and hashes the file that {@code named} names.
   *
   * @throws InvalidInput if it, or what belongs beside it, is not there or not as it should be
   */
  public static ExtractorFile of(ExtractorName named) {
    Path file = Path.of(named.target());
    requireFile(named, file);
    try {
      if (named.kind() != Kind.TORCHSCRIPT) {
        String name =
            named.kind() == Kind.INCEPTION
                ? ExtractorName.INCEPTION
                : ExtractorName.NVIDIA_INCEPTION;
        return new ExtractorFile(named.kind(), file, name, sha256(file), PIXELS);
      }
      Path beside = file.resolveSibling(file.getFileName() + ".json");
      InvalidInput.require(
          Files.isRegularFile(beside),
          "evaluate.extractor '%s' needs %s, which says what images the file takes: at least"
              + " {\"name\": …}",
          named,
          beside);
      Preprocessing preprocessing =
          Json.read(Files.readString(beside), Preprocessing.class, beside.toString());
      return new ExtractorFile(
          named.kind(), file, preprocessing.name(), sha256(file, beside), preprocessing);
    } catch (IOException e) {
      throw new InvalidInput("evaluate.extractor '" + named + "': " + e.getMessage(), e);
    }
  }

  private static void requireFile(ExtractorName named, Path file) {
    InvalidInput.require(
        Files.isRegularFile(file) && Files.isReadable(file),
        "evaluate.extractor '%s': there is no file %s that can be read",
        named,
        file.toAbsolutePath());
  }

  /**
   * Loads it.
   *
   * @param imageShape [C, H, W] of the images it will be shown
   * @throws InvalidInput if the file is not what the plan says it is
   */
  public Extractor open(Torch.Session session, int[] imageShape) {
    InvalidInput.require(
        imageShape[0] == 1 || imageShape[0] == 3,
        "extractor %s takes images of 1 or 3 channels, not %d",
        name,
        imageShape[0]);
    if (kind == Kind.INCEPTION) return new InceptionExtractor(session, weights(), file.toString());
    return new TorchScriptExtractor(
        session, file, preprocessing, kind == Kind.NVIDIA_INCEPTION, imageShape);
  }

  private StateDict weights() {
    try {
      return file.toString().endsWith(".safetensors")
          ? Safetensors.read(file).tensors()
          : Checkpoint.of(TorchFile.read(file), file.toString()).model();
    } catch (IOException e) {
      throw new InvalidInput(file + ": " + e.getMessage(), e);
    }
  }

  private static String sha256(Path... files) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files) {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
          in.transferTo(java.io.OutputStream.nullOutputStream());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
