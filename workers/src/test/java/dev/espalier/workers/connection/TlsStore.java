package dev.espalier.workers.connection;

import java.net.URI;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** An S3 server over a folder, in process, that speaks https only. */
public final class TlsStore implements AutoCloseable {
  private final S3Proxy server;

  /** Starts it. */
  public TlsStore(Path folder, TestAuthority.Signed mine, String accessKey, String secretKey)
      throws Exception {
    server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toString()))
            .secureEndpoint(URI.create("https://127.0.0.1:0"))
            .keyStore(mine.store().toString(), TestAuthority.PASSWORD)
            .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
            .jettyMaxThreads(24)
            .build();
    server.start();
  }

  public String endpoint() {
    return "https://127.0.0.1:" + server.getSecurePort();
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
