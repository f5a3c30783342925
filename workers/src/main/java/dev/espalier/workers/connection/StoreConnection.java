package dev.espalier.workers.connection;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/**
 * The object store of this process: the S3 that {@code S3_ENDPOINT}, {@code S3_ACCESS_KEY}, {@code
 * S3_SECRET_KEY} and {@code S3_BUCKET} name, else a folder served in process.
 *
 * @param access how the MinIO client reaches it
 * @param description what was chosen and where results lie, for a person
 * @param close ends what was started for it
 */
public record StoreConnection(S3Access access, String description, Runnable close)
    implements AutoCloseable {
  private static final String BUCKET = "espalier";

  /**
   * @throws InvalidInput if the variables are incomplete or no URL
   */
  public static StoreConnection open(Settings settings, WorkFolder folder) throws IOException {
    String bucket = settings.variable("S3_BUCKET").orElse(BUCKET);
    Optional<String> endpoint = settings.variable("S3_ENDPOINT");
    if (endpoint.isPresent()) {
      S3Access given =
          new S3Access(
              url(endpoint.get()),
              required(settings, "S3_ACCESS_KEY"),
              required(settings, "S3_SECRET_KEY"),
              bucket);
      return new StoreConnection(given, "S3 at " + given, () -> {});
    }
    S3Folder served = S3Folder.serve(folder.store());
    return new StoreConnection(
        served.access(bucket), "folder " + folder.store().resolve(bucket), served::close);
  }

  @Override
  public void close() {
    close.run();
  }

  private static URI url(String text) {
    InvalidInput.require(
        text.matches("https?://[^\\s/]+/?"),
        "S3_ENDPOINT is '%s'; legal is http://HOST:PORT or https://HOST",
        text);
    return URI.create(text);
  }

  private static String required(Settings settings, String name) {
    return settings
        .variable(name)
        .orElseThrow(
            () -> new InvalidInput("S3_ENDPOINT is set, but " + name + " is not; set both"));
  }
}
