package dev.espalier.workers.connection;

import dev.espalier.activities.shelf.S3Config;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 server in this process, over a folder: the object store where none is given. It listens on
 * 127.0.0.1 at a free port and knows one pair of credentials, drawn anew by each process. Several
 * processes may each serve the same folder.
 */
public final class S3Folder implements AutoCloseable {
  /** A part or a whole object may be as large as S3 lets one be: 5 GiB. */
  private static final long LARGEST = 5L << 30;

  private final S3Proxy server;
  private final String accessKey;
  private final String secretKey;

  private S3Folder(S3Proxy server, String accessKey, String secretKey) {
    this.server = server;
    this.accessKey = accessKey;
    this.secretKey = secretKey;
  }

  /** Starts serving {@code folder}, which is made if it is not there. */
  static S3Folder serve(Path folder) throws IOException {
    return serve(folder, 0, draw(), draw());
  }

  /**
   * As {@link #serve(Path)}, for whoever says where and to whom.
   *
   * @param port of 127.0.0.1; 0 for a free one
   */
  public static S3Folder serve(Path folder, int port, String accessKey, String secretKey)
      throws IOException {
    Files.createDirectories(folder);
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toString()))
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
            .jettyMaxThreads(24)
            .v4MaxNonChunkedRequestSize(LARGEST)
            .maxSinglePartObjectSize(LARGEST)
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException("the object store over " + folder + " did not start", e);
    }
    return new S3Folder(server, accessKey, secretKey);
  }

  /** How to reach it; the region is of no account. */
  S3Config config(String bucket) {
    String endpoint = "http://127.0.0.1:" + server.getPort();
    return new S3Config(endpoint, "us-east-1", bucket, accessKey, secretKey);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the object store did not stop", e);
    }
  }

  private static String draw() {
    byte[] bytes = new byte[20];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
