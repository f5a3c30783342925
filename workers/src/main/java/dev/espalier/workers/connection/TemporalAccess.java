package dev.espalier.workers.connection;

import com.uber.m3.tally.Scope;
import dev.espalier.compression.InvalidInput;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.ClientConfigTLS;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a Temporal server that was named: address, namespace, TLS and API key by Temporal's
 * own environment variables ({@code TEMPORAL_ADDRESS}, {@code TEMPORAL_NAMESPACE}, {@code
 * TEMPORAL_API_KEY}, {@code TEMPORAL_TLS}, {@code TEMPORAL_TLS_SERVER_CA_CERT_PATH}, {@code
 * TEMPORAL_TLS_CLIENT_CERT_PATH}, {@code TEMPORAL_TLS_CLIENT_KEY_PATH}, {@code
 * TEMPORAL_TLS_SERVER_NAME} and the others of its environment configuration) over the profile of
 * the file that {@code TEMPORAL_CONFIG_FILE} names. No file is read that was not named. A server
 * that was merely found is reached without any of this: it is given no key.
 */
final class TemporalAccess {
  private static final String FILE = "TEMPORAL_CONFIG_FILE";
  private static final String KEY = "TEMPORAL_API_KEY";
  private static final String TLS = "TEMPORAL_TLS";
  private static final String CERTIFICATE = "TEMPORAL_TLS_CLIENT_CERT";
  private static final String PRIVATE_KEY = "TEMPORAL_TLS_CLIENT_KEY";
  private static final String AUTHORITY = "TEMPORAL_TLS_SERVER_CA_CERT";

  /** Its text would show the key: it is never put into a message. */
  private final ClientConfigProfile profile;

  private TemporalAccess(ClientConfigProfile profile) {
    this.profile = profile;
  }

  /**
   * @throws InvalidInput naming the variable that cannot be used
   */
  static TemporalAccess of(Settings settings) {
    settings
        .variable(TLS)
        .ifPresent(
            value ->
                InvalidInput.require(
                    value.toLowerCase(Locale.ROOT).matches("true|false"),
                    "%s is '%s'; legal are true and false",
                    TLS,
                    value));
    Optional<Path> file = settings.variable(FILE).map(Path::of);
    file.ifPresent(path -> readable(FILE, path.toString()));
    LoadClientConfigProfileOptions.Builder options =
        LoadClientConfigProfileOptions.newBuilder()
            .setEnvOverrides(variables(settings))
            .setDisableFile(file.isEmpty())
            .setConfigFileStrict(true);
    file.ifPresent(path -> options.setConfigFilePath(path.toString()));
    try {
      return new TemporalAccess(ClientConfigProfile.load(options.build()));
    } catch (IOException | IllegalArgumentException e) {
      // Its message may quote the file.
      throw new InvalidInput(
          FILE + " is " + file.orElseThrow() + ", which holds no such profile or is no TOML");
    }
  }

  /** The address that is configured, HOST:PORT, if any. */
  Optional<String> address() {
    return text(profile.getAddress());
  }

  String namespace() {
    return text(profile.getNamespace()).orElse("default");
  }

  /** Whether the connection is encrypted. */
  boolean encrypted() {
    ClientConfigTLS tls = profile.getTls();
    if (tls != null && Boolean.TRUE.equals(tls.isDisabled())) return false;
    return tls != null || hasKey();
  }

  /**
   * What connects to {@code address}.
   *
   * @throws InvalidInput naming the variable whose file cannot be used
   */
  WorkflowServiceStubsOptions options(String address, Scope metrics) {
    InvalidInput.require(
        encrypted() || !hasKey() || address.matches("(127(\\.[0-9]+){3}|localhost):[0-9]+"),
        "%s would travel unencrypted to %s, because %s is false; leave that out",
        KEY,
        address,
        TLS);
    if (encrypted() && profile.getTls() != null) check(profile.getTls());
    try {
      return WorkflowServiceStubsOptions.newBuilder(profile.toWorkflowServiceStubsOptions())
          .setTarget(address)
          .setMetricsScope(metrics)
          .build();
    } catch (RuntimeException e) {
      throw new InvalidInput(
          "the files named by TEMPORAL_TLS_… are no certificates and private key (PKCS #8, not"
              + " encrypted) in PEM",
          e);
    }
  }

  /** As they are meant: what is blank counts as absent. */
  private static Map<String, String> variables(Settings settings) {
    Map<String, String> variables = new HashMap<>();
    for (String name : settings.environment().keySet()) {
      if (name.startsWith("TEMPORAL_")) {
        settings.variable(name).ifPresent(value -> variables.put(name, value));
      }
    }
    return variables;
  }

  private boolean hasKey() {
    return text(profile.getApiKey()).isPresent();
  }

  private static void check(ClientConfigTLS tls) {
    boolean certificate = given(tls.getClientCertPath(), tls.getClientCertData(), CERTIFICATE);
    boolean key = given(tls.getClientKeyPath(), tls.getClientKeyData(), PRIVATE_KEY);
    given(tls.getServerCACertPath(), tls.getServerCACertData(), AUTHORITY);
    InvalidInput.require(
        certificate == key,
        "%s_PATH is given without %s_PATH; mutual TLS takes both",
        certificate ? CERTIFICATE : PRIVATE_KEY,
        certificate ? PRIVATE_KEY : CERTIFICATE);
  }

  private static boolean given(@Nullable String path, byte @Nullable [] data, String variable) {
    if (text(path).isPresent()) readable(variable + "_PATH", text(path).get());
    boolean both = text(path).isPresent() && data != null;
    InvalidInput.require(
        !both, "%s_PATH and %s_DATA are both given; legal is one", variable, variable);
    return text(path).isPresent() || data != null;
  }

  private static void readable(String variable, String path) {
    Path file = Path.of(path);
    InvalidInput.require(
        Files.isRegularFile(file) && Files.isReadable(file),
        "%s is %s, which is no file that can be read",
        variable,
        path);
  }

  private static Optional<String> text(@Nullable String value) {
    return Optional.ofNullable(value).map(String::strip).filter(v -> !v.isEmpty());
  }
}
