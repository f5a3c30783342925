package dev.espalier.workers.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Config;
import dev.espalier.compression.ExternalProgram;
import dev.espalier.compression.FreePort;
import dev.espalier.compression.InvalidInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against S3 servers whose certificate is of an authority that Java does not know. */
class StoreTlsTest {
  private static final String SECRET = "marker-secret-key";

  @TempDir static Path folder;

  private static TestAuthority authority;
  private static TestAuthority.Signed mine;

  @BeforeAll
  static void make() throws Exception {
    authority = TestAuthority.in(folder.resolve("authority"));
    mine = authority.sign("server");
  }

  @Test
  void itIsTrustedWithItsAuthorityOnly() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    try (TlsStore server = new TlsStore(data, mine, "marker-access", SECRET)) {
      trustedWithItsAuthorityOnly(server.endpoint());
    }
  }

  @Test
  void minioToo() throws Exception {
    Path minio = ExternalProgram.MINIO.get();
    Path certificates = Files.createDirectories(folder.resolve("certificates"));
    Files.copy(mine.chain(), certificates.resolve("public.crt"));
    Files.copy(mine.key(), certificates.resolve("private.key"));
    int port = FreePort.find();
    ProcessBuilder builder =
        new ProcessBuilder(
            minio.toString(),
            "server",
            folder.resolve("minio").toString(),
            "--address",
            "127.0.0.1:" + port,
            "--console-address",
            "127.0.0.1:" + FreePort.find(),
            "--certs-dir",
            certificates.toString());
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("minio.log").toFile());
    builder.environment().putAll(Map.of("MINIO_ROOT_USER", "marker-access"));
    builder.environment().putAll(Map.of("MINIO_ROOT_PASSWORD", SECRET));
    Process server = builder.start();
    try {
      for (int i = 0; i < 1200 && !Health.listens("127.0.0.1:" + port); i++) Thread.sleep(100);
      trustedWithItsAuthorityOnly("https://127.0.0.1:" + port);
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  private static void trustedWithItsAuthorityOnly(String endpoint) {
    Map<String, String> environment = new HashMap<>();
    environment.put("S3_ENDPOINT", endpoint);
    environment.put("S3_ACCESS_KEY", "marker-access");
    environment.put("S3_SECRET_KEY", SECRET);
    assertThatThrownBy(() -> open(environment))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_ENDPOINT: the certificate of " + endpoint + " is not trusted")
        .hasMessageContaining("S3_CA_CERT_PATH")
        .hasMessageNotContaining("marker");

    environment.put("S3_CA_CERT_PATH", authority.certificate().toString());
    ObjectStore store = open(environment);
    store.put("a", new byte[] {1});
    assertThat(store.get("a").orElseThrow().bytes()).containsExactly(1);

    environment.put("S3_SECRET_KEY", SECRET + "-wrong");
    assertThatThrownBy(() -> open(environment))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_ACCESS_KEY, S3_SECRET_KEY: ")
        .hasMessageNotContaining("marker");
  }

  private static ObjectStore open(Map<String, String> environment) {
    return ObjectStore.open(S3Config.from(environment).orElseThrow());
  }
}
