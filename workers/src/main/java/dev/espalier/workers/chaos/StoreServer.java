package dev.espalier.workers.chaos;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** The embedded object store as a program: arguments FOLDER PORT, credentials by environment. */
final class StoreServer {
  private StoreServer() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    S3Proxy.builder()
        .blobStore(new FilesystemNio2BlobStore(folder.toString()))
        .endpoint(URI.create("http://127.0.0.1:" + arguments[1]))
        .awsAuthentication(
            AuthenticationType.AWS_V4, System.getenv("STORE_ACCESS"), System.getenv("STORE_SECRET"))
        .jettyMaxThreads(24)
        .v4MaxNonChunkedRequestSize(5L << 30)
        .maxSinglePartObjectSize(5L << 30)
        .build()
        .start();
    new CountDownLatch(1).await();
  }
}
