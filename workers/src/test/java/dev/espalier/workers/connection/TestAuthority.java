package dev.espalier.workers.connection;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority of one test, made with the JDK's {@code keytool}.
 *
 * @param certificate its own, in PEM
 */
public record TestAuthority(Path folder, Path certificate) {
  /** Opens every key store. */
  public static final String PASSWORD = "of-no-account";

  /**
   * What the authority signed, for 127.0.0.1 and localhost.
   *
   * @param chain certificate in PEM
   * @param key private key in PEM, PKCS #8
   * @param store both, PKCS #12
   */
  public record Signed(Path chain, Path key, Path store) {}

  /** Makes one, with what it needs in {@code folder}. */
  public static TestAuthority in(Path folder) throws Exception {
    Files.createDirectories(folder);
    TestAuthority made = new TestAuthority(folder, folder.resolve("authority.pem"));
    made.pair("authority", "-ext", "bc:c");
    made.keytool("authority", "-exportcert", "-rfc", "-file", made.certificate.toString());
    return made;
  }

  /** A key pair called {@code name}, with a certificate of this authority. */
  public Signed sign(String name) throws Exception {
    pair(name);
    Path request = folder.resolve(name + ".csr");
    Path chain = folder.resolve(name + ".pem");
    Path key = folder.resolve(name + ".key");
    keytool(name, "-certreq", "-file", request.toString());
    keytool(
        "authority",
        "-gencert",
        "-rfc",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-infile",
        request.toString(),
        "-outfile",
        chain.toString());
    Files.writeString(
        chain, Files.readString(chain) + Files.readString(certificate), StandardCharsets.UTF_8);
    keytool(name, "-importcert", "-noprompt", "-trustcacerts", "-file", chain.toString());
    Files.writeString(key, privateKey(name));
    return new Signed(chain, key, store(name));
  }

  private String privateKey(String name) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store(name))) {
      store.load(in, PASSWORD.toCharArray());
    }
    byte[] encoded = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n";
  }

  private void pair(String name, String... options) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of("-genkeypair", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=" + name));
    all.addAll(List.of(options));
    keytool(name, all.toArray(String[]::new));
  }

  private Path store(String name) {
    return folder.resolve(name + ".p12");
  }

  private void keytool(String alias, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-alias", alias, "-keystore", store(alias).toString()));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) throw new IllegalStateException(command + ": " + said);
  }
}
