package dev.espalier.workers.connection;

import java.net.URI;

/** An S3 endpoint, one bucket there, and the credentials for it. */
public record S3Access(URI endpoint, String accessKey, String secretKey, String bucket) {
  /** Without the secret. */
  @Override
  public String toString() {
    return endpoint + "/" + bucket;
  }
}
