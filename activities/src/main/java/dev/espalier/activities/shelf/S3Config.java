package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import java.util.Map;
import java.util.Optional;

/**
 * Where the object store is and who we are to it. The secret never shows in {@link #toString()}.
 *
 * @param endpoint such as {@code http://127.0.0.1:9000}; setting {@value #ENDPOINT}
 * @param region the bucket's region; setting {@value #REGION}
 * @param bucket made when it does not exist; setting {@value #BUCKET}
 * @param accessKey setting {@value #ACCESS_KEY}
 * @param secretKey setting {@value #SECRET_KEY}
 */
public record S3Config(
    String endpoint, String region, String bucket, String accessKey, String secretKey) {
  public static final String ENDPOINT = "S3_ENDPOINT";
  public static final String REGION = "S3_REGION";
  public static final String BUCKET = "S3_BUCKET";
  public static final String ACCESS_KEY = "S3_ACCESS_KEY";
  public static final String SECRET_KEY = "S3_SECRET_KEY";

  public S3Config {
    InvalidInput.require(
        endpoint.matches("https?://[^/\\s]+/?"),
        "%s: '%s' is no endpoint; legal is http://host:port or https://host:port",
        ENDPOINT,
        endpoint);
    InvalidInput.require(
        bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
        "%s: '%s' is no bucket name; legal are 3 to 63 of a-z, 0-9, '.' and '-'",
        BUCKET,
        bucket);
    InvalidInput.require(!accessKey.isBlank(), "%s: must not be empty", ACCESS_KEY);
    InvalidInput.require(!secretKey.isBlank(), "%s: must not be empty", SECRET_KEY);
  }

  /**
   * The store that the environment names, or nothing when it names no endpoint. The region defaults
   * to {@code us-east-1}, the bucket to {@code espalier}.
   *
   * @throws InvalidInput if an endpoint comes without keys
   */
  public static Optional<S3Config> from(Map<String, String> environment) {
    if (environment.getOrDefault(ENDPOINT, "").isBlank()) return Optional.empty();
    return Optional.of(
        new S3Config(
            environment.getOrDefault(ENDPOINT, ""),
            environment.getOrDefault(REGION, "us-east-1"),
            environment.getOrDefault(BUCKET, "espalier"),
            environment.getOrDefault(ACCESS_KEY, ""),
            environment.getOrDefault(SECRET_KEY, "")));
  }

  @Override
  public String toString() {
    return endpoint + "/" + bucket;
  }
}
