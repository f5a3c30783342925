package dev.espalier.workers.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.uber.m3.tally.NoopScope;
import dev.espalier.compression.InvalidInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that requires mutual TLS and an API key. */
class TemporalTlsTest {
  private static final String KEY = "marker-api-key";

  @TempDir static Path folder;

  private static TestAuthority authority;
  private static TestAuthority.Signed mine;
  private static TlsTemporal server;

  @BeforeAll
  static void start() throws Exception {
    authority = TestAuthority.in(folder.resolve("authority"));
    mine = authority.sign("client");
    server = new TlsTemporal(authority.sign("server"), authority, KEY);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void itIsReachedWithCertificateAndKey() {
    try (TemporalConnection open = open(right())) {
      assertThat(open.answers()).isTrue();
      assertThat(open.description()).isEqualTo("server at " + server.address() + ", with TLS");
      assertThat(open.client().getOptions().getNamespace()).isEqualTo("team");
    }
  }

  @Test
  void aProfileOfANamedFileServesAsWell() throws Exception {
    String profile =
        """
        [profile.production]
        address = "%s"
        namespace = "team"
        api_key = "%s"
        [profile.production.tls]
        server_ca_cert_path = "%s"
        client_cert_path = "%s"
        client_key_path = "%s"
        """
            .formatted(server.address(), KEY, authority.certificate(), mine.chain(), mine.key());
    Path file = Files.writeString(folder.resolve("temporal.toml"), profile);
    Map<String, String> environment =
        Map.of("TEMPORAL_CONFIG_FILE", file.toString(), "TEMPORAL_PROFILE", "production");
    try (TemporalConnection open = open(environment)) {
      assertThat(open.answers()).isTrue();
    }
    refused(
        with(environment, "TEMPORAL_PROFILE", "other"),
        "TEMPORAL_CONFIG_FILE is " + file + ", which holds no such profile or is no TOML");
    Path torn = Files.writeString(folder.resolve("torn.toml"), "api_key = \"" + KEY + "\n");
    refused(Map.of("TEMPORAL_CONFIG_FILE", torn.toString()), "no such profile or is no TOML");
  }

  @Test
  void withoutWhatItRequiresTheReasonIsOneLine() throws Exception {
    Map<String, String> right = right();
    refused(with(right, "TEMPORAL_API_KEY", "wrong"), "with TLS (UNAUTHENTICATED");
    refused(without(right, "TEMPORAL_TLS_SERVER_CA_CERT_PATH"), "unable to find valid cert");
    refused(without(right, "TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_KEY_PATH"), "(");
    TestAuthority stranger = TestAuthority.in(folder.resolve("stranger"));
    TestAuthority.Signed theirs = stranger.sign("client");
    refused(
        with(
            with(right, "TEMPORAL_TLS_CLIENT_CERT_PATH", theirs.chain().toString()),
            "TEMPORAL_TLS_CLIENT_KEY_PATH",
            theirs.key().toString()),
        "does not answer as Temporal, asked with TLS (");
    refused(
        Map.of("TEMPORAL_ADDRESS", server.address()),
        "does not answer as Temporal, asked without TLS (");
  }

  @Test
  void filesThatCannotBeUsedAreNamedWithTheirVariable() throws Exception {
    Map<String, String> right = right();
    for (String file :
        new String[] {
          "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
          "TEMPORAL_TLS_CLIENT_CERT_PATH",
          "TEMPORAL_TLS_CLIENT_KEY_PATH",
          "TEMPORAL_CONFIG_FILE"
        }) {
      refused(with(right, file, "/none"), file + " is /none, which is no file that can be read");
    }
    String text = Files.writeString(folder.resolve("text"), "no key").toString();
    refused(with(right, "TEMPORAL_TLS_CLIENT_KEY_PATH", text), "in PEM");
    refused(
        without(right, "TEMPORAL_TLS_CLIENT_KEY_PATH"),
        "TEMPORAL_TLS_CLIENT_CERT_PATH is given without TEMPORAL_TLS_CLIENT_KEY_PATH");
    refused(with(right, "TEMPORAL_TLS", "1"), "TEMPORAL_TLS is '1'; legal are true and false");
  }

  @Test
  void anApiKeyLeavesThisMachineOnlyEncrypted() {
    refused(
        Map.of(
            "TEMPORAL_ADDRESS", "temporal.example.com:7233",
            "TEMPORAL_API_KEY", KEY,
            "TEMPORAL_TLS", "false"),
        "TEMPORAL_API_KEY would travel unencrypted to temporal.example.com:7233");
  }

  private static Map<String, String> right() {
    return Map.of(
        "TEMPORAL_ADDRESS", server.address(),
        "TEMPORAL_NAMESPACE", "team",
        "TEMPORAL_API_KEY", KEY,
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH", authority.certificate().toString(),
        "TEMPORAL_TLS_CLIENT_CERT_PATH", mine.chain().toString(),
        "TEMPORAL_TLS_CLIENT_KEY_PATH", mine.key().toString());
  }

  private static TemporalConnection open(Map<String, String> environment) {
    Settings settings = Settings.of(environment, folder.resolve("work"));
    return TemporalConnection.running(settings, null, new NoopScope()).orElseThrow();
  }

  private static void refused(Map<String, String> environment, String line) {
    assertThatThrownBy(() -> open(environment))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(line)
        .hasMessageNotContaining(KEY);
  }

  private static Map<String, String> with(Map<String, String> from, String name, String value) {
    Map<String, String> changed = new HashMap<>(from);
    changed.put(name, value);
    return changed;
  }

  private static Map<String, String> without(Map<String, String> from, String... names) {
    Map<String, String> changed = new HashMap<>(from);
    for (String name : names) changed.remove(name);
    return changed;
  }
}
