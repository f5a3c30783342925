package dev.espalier.workers.chaos;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The S3 servers of the trials. */
enum StoreKind {
  /** The binary that {@code MINIO_BIN} names or the path holds. */
  MINIO,
  /** The embedded default, as a process of its own. */
  S3PROXY;

  static final String ACCESS = "espalier-chaos";
  static final String SECRET = "espalier-chaos-secret";

  /** How it is started. */
  record Start(List<String> command, Map<String, String> environment) {}

  /**
   * @param binary of MinIO
   * @param java how a program of this class path is started
   */
  Start start(Path binary, List<String> java, Path folder, int port) {
    return switch (this) {
      case MINIO ->
          new Start(
              List.of(
                  binary.toString(),
                  "server",
                  folder.toString(),
                  "--quiet",
                  "--address",
                  "127.0.0.1:" + port),
              Map.of(
                  "MINIO_ROOT_USER",
                  ACCESS,
                  "MINIO_ROOT_PASSWORD",
                  SECRET,
                  "MINIO_BROWSER",
                  "off"));
      case S3PROXY ->
          new Start(
              concat(java, StoreServer.class.getName(), folder.toString(), String.valueOf(port)),
              Map.of("STORE_ACCESS", ACCESS, "STORE_SECRET", SECRET));
    };
  }

  private static List<String> concat(List<String> first, String... more) {
    List<String> all = new java.util.ArrayList<>(first);
    all.addAll(List.of(more));
    return all;
  }
}
