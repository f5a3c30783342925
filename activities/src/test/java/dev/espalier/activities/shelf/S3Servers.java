package dev.espalier.activities.shelf;

import dev.espalier.compression.ExternalProgram;
import dev.espalier.compression.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** The S3 servers that the tests run against: S3Proxy in process, and MinIO where it is found. */
public final class S3Servers {
  static final String ACCESS = "espalier-test";
  static final String SECRET = "espalier-test-secret";
  private static final AtomicInteger buckets = new AtomicInteger();
  private static final List<Server> RUNNING = start();

  /** One of them. */
  public record Server(String name, String endpoint) {
    /** A bucket of its own for each caller. */
    public S3Config config() {
      String bucket = "test-" + buckets.incrementAndGet();
      return new S3Config(endpoint, "us-east-1", bucket, ACCESS, SECRET);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private S3Servers() {}

  public static Stream<Server> all() {
    return RUNNING.stream();
  }

  /** The one that is always there. */
  public static Server s3Proxy() {
    return RUNNING.get(0);
  }

  static S3Proxy s3Proxy(Path folder, int port) throws Exception {
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toString()))
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS, SECRET)
            .jettyMaxThreads(24)
            .build();
    server.start();
    return server;
  }

  private static List<Server> start() {
    try {
      List<Server> servers = new ArrayList<>();
      S3Proxy proxy = s3Proxy(Files.createTempDirectory("s3proxy"), 0);
      servers.add(new Server("S3Proxy", "http://127.0.0.1:" + proxy.getPort()));
      Optional<Path> minio = ExternalProgram.MINIO.find();
      if (minio.isPresent()) servers.add(startMinio(minio.get()));
      return List.copyOf(servers);
    } catch (Exception e) {
      throw new IllegalStateException("no object store to test against", e);
    }
  }

  private static Server startMinio(Path binary) throws Exception {
    for (int tries = 1; ; tries++) {
      Optional<Server> started = minio(binary);
      if (started.isPresent()) return started.get();
      if (tries == 3) throw new IllegalStateException("MinIO does not start");
    }
  }

  /** Nothing, if it ended, as it does where its port was taken meanwhile. */
  private static Optional<Server> minio(Path binary) throws Exception {
    int port = FreePort.find();
    Path data = Files.createTempDirectory("minio");
    ProcessBuilder builder =
        new ProcessBuilder(
                binary.toString(),
                "server",
                data.toString(),
                "--address",
                "127.0.0.1:" + port,
                "--console-address",
                "127.0.0.1:" + FreePort.find())
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("minio.log").toFile());
    builder.environment().put("MINIO_ROOT_USER", ACCESS);
    builder.environment().put("MINIO_ROOT_PASSWORD", SECRET);
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    String endpoint = "http://127.0.0.1:" + port;
    while (!ready(URI.create(endpoint + "/minio/health/ready"))) {
      if (!process.isAlive()) return Optional.empty();
      Thread.sleep(100);
    }
    return Optional.of(new Server("MinIO", endpoint));
  }

  private static boolean ready(URI page) throws InterruptedException {
    try {
      return HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
