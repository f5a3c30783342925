package dev.espalier.workers.chaos;

import dev.espalier.workers.connection.S3Folder;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The embedded object store as a program: arguments FOLDER PORT, credentials by environment. */
final class StoreServer {
  private StoreServer() {}

  public static void main(String[] arguments) throws Exception {
    S3Folder.serve(
        Path.of(arguments[0]),
        Integer.parseInt(arguments[1]),
        System.getenv("STORE_ACCESS"),
        System.getenv("STORE_SECRET"));
    new CountDownLatch(1).await();
  }
}
