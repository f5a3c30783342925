package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the object store is and who we are to it. The keys never show in {@link #toString()}.
 *
 * @param endpoint such as {@code http://127.0.0.1:9000}; setting {@value #ENDPOINT}
 * @param region the bucket's region; setting {@value #REGION}
 * @param bucket made when it does not exist; setting {@value #BUCKET}
 * @param accessKey setting {@value #ACCESS_KEY}
 * @param secretKey setting {@value #SECRET_KEY}
 * @param certificates authorities trusted beside Java's own, in PEM; setting {@value #CA_CERT_PATH}
 */
public record S3Config(
    String endpoint,
    String region,
    String bucket,
    String accessKey,
    String secretKey,
    @Nullable Path certificates) {
  public static final String ENDPOINT = "S3_ENDPOINT";
  public static final String REGION = "S3_REGION";
  public static final String BUCKET = "S3_BUCKET";
  public static final String ACCESS_KEY = "S3_ACCESS_KEY";
  public static final String SECRET_KEY = "S3_SECRET_KEY";
  public static final String CA_CERT_PATH = "S3_CA_CERT_PATH";

  /** Set to {@code 1}, lets {@link #from} take a store that is elsewhere and has no TLS. */
  public static final String ALLOW_HTTP = "S3_ALLOW_HTTP";

  private static final String HOST = "(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?";
  private static final String LOOPBACK =
      "http://(127(\\.[0-9]{1,3}){3}|localhost|\\[::1])(:[0-9]+)?/?";

  public S3Config {
    InvalidInput.require(
        !endpoint.contains("@"),
        "%s: holds credentials before an '@'; they belong in %s and %s",
        ENDPOINT,
        ACCESS_KEY,
        SECRET_KEY);
    InvalidInput.require(
        endpoint.matches("https?://" + HOST + "/?"),
        "%s: '%s' is no endpoint; legal is http://host:port or https://host:port",
        ENDPOINT,
        endpoint);
    InvalidInput.require(
        bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
        "%s: '%s' is no bucket name; legal are 3 to 63 of a-z, 0-9, '.' and '-'",
        BUCKET,
        bucket);
    requireKey(accessKey, ACCESS_KEY);
    requireKey(secretKey, SECRET_KEY);
    if (certificates != null) {
      InvalidInput.require(
          Files.isReadable(certificates) && Files.isRegularFile(certificates),
          "%s is %s, which cannot be read; legal is a file of certificates in PEM",
          CA_CERT_PATH,
          certificates);
      InvalidInput.require(
          endpoint.startsWith("https"),
          "%s is set, but %s is %s; certificates are for https",
          CA_CERT_PATH,
          ENDPOINT,
          endpoint);
    }
  }

  private static void requireKey(String key, String setting) {
    InvalidInput.require(
        !key.isBlank(),
        "%s: must not be empty where %s is set; set it, or leave out %s to keep results in a folder",
        setting,
        ENDPOINT,
        ENDPOINT);
  }

  /** Trusting Java's own authorities. */
  public S3Config(
      String endpoint, String region, String bucket, String accessKey, String secretKey) {
    this(endpoint, region, bucket, accessKey, secretKey, null);
  }

  /**
   * The store that the environment names, or nothing when it names no endpoint. The region defaults
   * to {@code us-east-1}, the bucket to {@code espalier}.
   *
   * @throws InvalidInput if an endpoint comes without keys, or without TLS from another machine
   */
  public static Optional<S3Config> from(Map<String, String> environment) {
    if (environment.getOrDefault(ENDPOINT, "").isBlank()) return Optional.empty();
    String certificates = environment.getOrDefault(CA_CERT_PATH, "").strip();
    S3Config config =
        new S3Config(
            environment.getOrDefault(ENDPOINT, ""),
            environment.getOrDefault(REGION, "us-east-1"),
            environment.getOrDefault(BUCKET, "espalier"),
            environment.getOrDefault(ACCESS_KEY, ""),
            environment.getOrDefault(SECRET_KEY, ""),
            certificates.isEmpty() ? null : Path.of(certificates));
    InvalidInput.require(
        config.endpoint.startsWith("https")
            || config.endpoint.matches(LOOPBACK)
            || environment.getOrDefault(ALLOW_HTTP, "").equals("1"),
        "%s: %s is not this machine, and without TLS anyone on the way can read and change what is"
            + " stored; use https, or set %s=1 on a network you trust",
        ENDPOINT,
        config.endpoint,
        ALLOW_HTTP);
    return Optional.of(config);
  }

  @Override
  public String toString() {
    return endpoint + "/" + bucket;
  }
}
