package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import java.util.Locale;

/**
 * What a plan's {@code evaluate.extractor} names: a network of the shelf, such as {@code
 * fashion-classifier}, or a file of the user's, such as {@code
 * inception:/weights/pt_inception.pth}.
 *
 * @param kind what it is
 * @param target the network's name, or the file's path
 */
public record ExtractorName(Kind kind, String target) {
  /** The kinds there are. */
  public enum Kind {
    /** A trained classifier on the shelf. */
    NETWORK,
    /** The weights of pytorch-fid's Inception, as {@code .pth} or {@code .safetensors}. */
    INCEPTION,
    /** NVIDIA's Inception, a TorchScript file. */
    NVIDIA_INCEPTION,
    /** Any other TorchScript file, with a {@link Preprocessing} beside it. */
    TORCHSCRIPT;

    private String scheme() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-') + ":";
    }
  }

  /** Results in pytorch-fid's Inception features carry this extractor's name. */
  public static final String INCEPTION = "inception-v3";

  /** Results in NVIDIA's Inception features carry this extractor's name. */
  public static final String NVIDIA_INCEPTION = "inception-v3-nvidia";

  /**
   * Reads a plan's field.
   *
   * @throws InvalidInput if it is no name and no {@code kind:PATH}
   */
  public static ExtractorName of(String text) {
    for (Kind kind : Kind.values()) {
      if (kind != Kind.NETWORK && text.startsWith(kind.scheme())) {
        String path = text.substring(kind.scheme().length());
        InvalidInput.require(
            !path.isBlank(),
            "evaluate.extractor '%s' names no file; legal is PATH after ':'",
            text);
        return new ExtractorName(kind, path);
      }
    }
    InvalidInput.require(
        !text.isBlank() && !text.contains(":"),
        "evaluate.extractor is '%s'; legal are a network's name, inception:PATH,"
            + " nvidia-inception:PATH and torchscript:PATH",
        text);
    return new ExtractorName(Kind.NETWORK, text);
  }

  /**
   * The Fréchet distance by its full name: {@code FID} in pytorch-fid's Inception features, else
   * named after the extractor.
   *
   * @param extractor its name in results
   */
  public static String distance(String extractor) {
    if (extractor.equals(INCEPTION)) return "FID";
    if (extractor.equals(NVIDIA_INCEPTION)) return "FID (NVIDIA's Inception)";
    return "Fréchet distance (" + extractor + ")";
  }

  /** As in the plan. */
  @Override
  public String toString() {
    return kind == Kind.NETWORK ? target : kind.scheme() + target;
  }
}
