package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.Http;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.StatObjectResponse;
import io.minio.UploadObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.Item;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * One bucket of an S3 store. Every operation waits out a store that is away for some seconds and
 * then throws {@link StoreUnavailable}; refused credentials are an {@link InvalidInput}. ETags are
 * without quotes. Safe for use by many threads.
 */
public final class ObjectStore implements Bucket {
  /** What is put in one request; more goes in pieces, which cannot be conditional. */
  public static final int SINGLE_PUT = 64 << 20;

  private static final long PIECE = 32L << 20;
  private static final Patience AT_START =
      new Patience(Duration.ofSeconds(4), Duration.ofSeconds(4));

  private static final Patience ONCE = new Patience(Duration.ZERO, Duration.ZERO);

  private final MinioClient client;
  private final OkHttpClient http;
  private final S3Config config;
  private final Retry retry;

  /**
   * An object in a listing.
   *
   * @param etag empty for one that the store has not finished
   * @param modified when it was written, by the store's clock; {@link Instant#MAX} where the store
   *     does not say
   */
  public record Stat(String key, long size, String etag, Instant modified) {}

  /** An object's bytes, and the ETag to replace exactly these. */
  public record Content(byte[] bytes, String etag) {}

  /** Takes what it needs from an object; called again from its start if the connection breaks. */
  public interface Reader<T> {
    T read(InputStream in, String etag) throws IOException;
  }

  private ObjectStore(MinioClient client, OkHttpClient http, S3Config config, Retry retry) {
    this.client = client;
    this.http = http;
    this.config = config;
    this.retry = retry;
  }

  /**
   * Connects, and makes the bucket if there is none.
   *
   * @throws InvalidInput naming the setting, if nothing answers or the credentials are refused
   */
  public static ObjectStore open(S3Config config) {
    try {
      return open(config, AT_START);
    } catch (StoreUnavailable e) {
      throw new InvalidInput(S3Config.ENDPOINT + ": " + e.getMessage(), e);
    }
  }

  /**
   * As {@link #open}, asking once, of a store that may be away for now.
   *
   * @throws StoreUnavailable in one line, if nothing answers: that may end without anybody changing
   *     a setting
   */
  public static ObjectStore reach(S3Config config) {
    return open(config, ONCE);
  }

  private static ObjectStore open(S3Config config, Patience patience) {
    OkHttpClient http = connections(config);
    MinioClient client =
        MinioClient.builder()
            .endpoint(config.endpoint())
            .region(config.region())
            .credentials(config.accessKey(), config.secretKey())
            .httpClient(http, true)
            .build();
    Retry first = new Retry(patience, config.toString());
    try {
      first.call("open bucket " + config.bucket(), () -> makeBucket(client, config.bucket()));
    } catch (StoreUnavailable e) {
      if (S3Errors.clockOff(e).isPresent()) {
        throw new InvalidInput(String.valueOf(e.getMessage()), e);
      }
      if (S3Errors.untrusted(e)) {
        throw new InvalidInput(
            String.format(
                "%s: the certificate of %s is not trusted (%s); %s names a file of the authority's"
                    + " certificate",
                S3Config.ENDPOINT, config.endpoint(), S3Errors.line(e), S3Config.CA_CERT_PATH),
            e);
      }
      String line =
          String.format("no object store answers at %s (%s)", config.endpoint(), S3Errors.line(e));
      if (S3Errors.encryption(e)) throw new InvalidInput(S3Config.ENDPOINT + ": " + line, e);
      throw new StoreUnavailable(line, e);
    }
    return new ObjectStore(client, http, config, new Retry(Patience.USUAL, config.toString()));
  }

  /** Closes the connections that nobody is using; a server that is told to end waits for them. */
  public void disconnect() {
    http.connectionPool().evictAll();
  }

  @Override
  public ObjectStore beating(Runnable beat) {
    return new ObjectStore(client, http, config, retry.beating(beat));
  }

  /** The same store, every try of whose operations {@code listener} hears of. */
  public ObjectStore heardBy(StoreListener listener) {
    return new ObjectStore(client, http, config, retry.heardBy(listener));
  }

  /** The same store, given up after {@code patience}, whether it is away or full. */
  public ObjectStore patient(Duration patience) {
    return patient(new Patience(patience, patience));
  }

  /** The same store, given up when {@code patience} ends. */
  public ObjectStore patient(Patience patience) {
    return new ObjectStore(client, http, config, retry.patient(patience));
  }

  @Override
  public <T> T whileDiskFull(String what, DiskWork<T> work) throws IOException {
    return retry.whileDiskFull(what, work);
  }

  @Override
  public String put(String key, byte[] bytes) {
    if (bytes.length > SINGLE_PUT) return retry.call("put " + key, () -> putPieces(key, bytes));
    return retry.call("put " + key, () -> put(key, bytes, Map.of()));
  }

  @Override
  public String put(String key, Path file) {
    return retry.call(
        "put " + key,
        () ->
            bare(
                client
                    .uploadObject(
                        UploadObjectArgs.builder()
                            .bucket(config.bucket())
                            .object(ObjectNames.path(key))
                            .filename(file.toString(), PIECE)
                            .build())
                    .etag()));
  }

  @Override
  public Optional<String> putIfAbsent(String key, byte[] bytes) {
    return putIf(key, bytes, Map.of("If-None-Match", "*"));
  }

  /** As declared; S3Proxy tests and replaces in two steps. */
  @Override
  public Optional<String> putIfMatch(String key, byte[] bytes, String etag) {
    return putIf(key, bytes, Map.of("If-Match", "\"" + etag + "\""));
  }

  @Override
  public <T> Optional<T> read(String key, Reader<T> reader) {
    return retry.call("get " + key, () -> present(() -> readOnce(key, reader)));
  }

  @Override
  public Optional<Stat> stat(String key) {
    StatObjectArgs args =
        StatObjectArgs.builder().bucket(config.bucket()).object(ObjectNames.path(key)).build();
    return retry.call(
        "stat " + key,
        () ->
            present(
                () -> {
                  StatObjectResponse found = client.statObject(args);
                  return new Stat(
                      key, found.size(), bare(found.etag()), time(found.lastModified()));
                }));
  }

  /** As declared; S3Proxy lists those being written at this moment, too, without an ETag. */
  @Override
  public List<Stat> listEverything(String prefix) {
    ListObjectsArgs args =
        ListObjectsArgs.builder()
            .bucket(config.bucket())
            .prefix(ObjectNames.path(prefix) + "/")
            .recursive(true)
            .build();
    return retry.call(
        "list " + prefix,
        () -> {
          List<Stat> objects = new ArrayList<>();
          for (Result<Item> result : client.listObjects(args)) {
            Item item = result.get();
            if (item.isDir()) continue;
            String etag = item.etag() == null ? "" : bare(item.etag());
            objects.add(new Stat(item.objectName(), item.size(), etag, modified(item)));
          }
          return List.copyOf(objects);
        });
  }

  @Override
  public void delete(String key) {
    RemoveObjectArgs args =
        RemoveObjectArgs.builder().bucket(config.bucket()).object(ObjectNames.listed(key)).build();
    retry.call(
        "delete " + key,
        () -> {
          client.removeObject(args);
          return true;
        });
  }

  @Override
  public String toString() {
    return config.toString();
  }

  private Optional<String> putIf(String key, byte[] bytes, Map<String, String> condition) {
    return retry.call(
        "put " + key,
        () -> {
          try {
            return Optional.of(put(key, bytes, condition));
          } catch (ErrorResponseException e) {
            if (!S3Errors.refused(e) && !S3Errors.absent(e)) throw e;
            // The client sends again when an answer is lost: the refusal may be of our own object.
            return written(key, bytes);
          }
        });
  }

  private Optional<String> written(String key, byte[] bytes) throws Exception {
    return present(() -> readOnce(key, (in, etag) -> new Content(in.readAllBytes(), etag)))
        .filter(there -> Arrays.equals(there.bytes(), bytes))
        .map(Content::etag);
  }

  private String put(String key, byte[] bytes, Map<String, String> headers) throws Exception {
    if (bytes.length > SINGLE_PUT) {
      throw new IllegalArgumentException(key + ": too large for one put");
    }
    return bare(
        client
            .putObject(
                PutObjectArgs.builder()
                    .bucket(config.bucket())
                    .object(ObjectNames.path(key))
                    .data(bytes, bytes.length)
                    .contentType(contentType(key))
                    .extraHeaders(headers)
                    .build())
            .etag());
  }

  private String putPieces(String key, byte[] bytes) throws Exception {
    return bare(
        client
            .putObject(
                PutObjectArgs.builder()
                    .bucket(config.bucket())
                    .object(ObjectNames.path(key))
                    .stream(new ByteArrayInputStream(bytes), (long) bytes.length, PIECE)
                    .contentType(contentType(key))
                    .build())
            .etag());
  }

  /** By the key's ending, so that a browser shows a report where it lies. */
  private static String contentType(String key) {
    String known = URLConnection.guessContentTypeFromName(key);
    return known == null ? "application/octet-stream" : known;
  }

  private <T> T readOnce(String key, Reader<T> reader) throws Exception {
    GetObjectArgs args =
        GetObjectArgs.builder().bucket(config.bucket()).object(ObjectNames.path(key)).build();
    try (GetObjectResponse in = client.getObject(args)) {
      return reader.read(in, bare(String.valueOf(in.headers().get("ETag"))));
    }
  }

  private interface Call<T> {
    T run() throws Exception;
  }

  private static <T> Optional<T> present(Call<T> call) throws Exception {
    try {
      return Optional.of(call.run());
    } catch (ErrorResponseException e) {
      if (S3Errors.absent(e)) return Optional.empty();
      throw e;
    }
  }

  /** On daemon threads, so that a finished program ends; certificates only where they are used. */
  private static OkHttpClient connections(S3Config config) {
    return trusting(config)
        .newBuilder()
        .dispatcher(new Dispatcher(Retry.THREADS))
        .connectTimeout(Duration.ofSeconds(5))
        .writeTimeout(Duration.ofSeconds(30))
        .readTimeout(Duration.ofSeconds(60))
        .protocols(List.of(Protocol.HTTP_1_1))
        .build();
  }

  private static OkHttpClient trusting(S3Config config) {
    if (!config.endpoint().startsWith("https")) return new OkHttpClient();
    OkHttpClient client = Http.newDefaultClient();
    if (config.certificates() == null) return client;
    try {
      return Http.enableExternalCertificates(client, config.certificates().toString(), null);
    } catch (MinioException e) {
      throw new InvalidInput(
          String.format(
              "%s is %s, which is no file of certificates in PEM",
              S3Config.CA_CERT_PATH, config.certificates()),
          e);
    }
  }

  private static boolean makeBucket(MinioClient client, String bucket) throws Exception {
    if (client.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())) return false;
    try {
      client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
    } catch (ErrorResponseException e) {
      if (!e.errorResponse().code().startsWith("BucketAlready")) throw e;
    }
    return true;
  }

  /** An unfinished object has no time in S3Proxy's listing, which the client does not expect. */
  private static Instant modified(Item item) {
    try {
      return time(item.lastModified());
    } catch (NullPointerException e) {
      return Instant.MAX;
    }
  }

  private static Instant time(@Nullable ZonedDateTime modified) {
    return modified == null ? Instant.MAX : modified.toInstant();
  }

  private static String bare(String etag) {
    return etag.replace("\"", "");
  }
}
