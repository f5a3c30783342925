package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.InsufficientDataException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.ServerException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.FileSystemException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** What a failed call to the store means. */
final class S3Errors {
  private static final Set<String> PASSING =
      Set.of(
          "ConditionalRequestConflict",
          "IncompleteBody",
          "InternalError",
          "OperationAborted",
          "RequestTimeout",
          "ServiceUnavailable",
          "SlowDown",
          "XMinioServerNotInitialized");
  private static final Set<String> FULL =
      Set.of(
          "InsufficientCapacity",
          "InsufficientStorage",
          "QuotaExceeded",
          "ServiceQuotaExceededException",
          "XMinioAdminBucketQuotaExceeded",
          "XMinioStorageFull");
  private static final int INSUFFICIENT_STORAGE = 507;
  private static final Set<String> CREDENTIALS =
      Set.of("AccessDenied", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch");
  private static final Set<String> REGION =
      Set.of("AuthorizationHeaderMalformed", "InvalidRegion", "PermanentRedirect");

  private static final String CLOCK = "RequestTimeTooSkewed";
  private static final Duration MOST_SKEW = Duration.ofMinutes(15);

  private S3Errors() {}

  /** Whether the store, or the local disk, has no room. */
  static boolean full(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ErrorResponseException refusal) {
        return FULL.contains(code(refusal)) || status(refusal) == INSUFFICIENT_STORAGE;
      }
      if (cause instanceof ServerException refusal) {
        return refusal.statusCode() == INSUFFICIENT_STORAGE;
      }
      // A refusal without a body; the client tells its status only in words.
      if (cause instanceof InvalidResponseException refusal) {
        return String.valueOf(refusal.getMessage())
            .contains("Response code: " + INSUFFICIENT_STORAGE + ",");
      }
    }
    return diskFull(e);
  }

  /** Whether the local disk has no room, or the user's share of it. */
  static boolean diskFull(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof IOException
          && (message.contains("No space left on device")
              || message.contains("Disk quota exceeded"))) return true;
    }
    return false;
  }

  /**
   * Whether the same call may well succeed later: no connection, no room, or the server's own
   * trouble.
   */
  static boolean passing(Throwable e) {
    if (full(e)) return true;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidInput || cause instanceof FileSystemException) return false;
      if (cause instanceof ErrorResponseException refusal) {
        return PASSING.contains(code(refusal)) || status(refusal) >= 500 && status(refusal) != 501;
      }
      if (cause instanceof ServerException
          || cause instanceof InsufficientDataException
          || cause instanceof InvalidResponseException
          || cause instanceof IOException) return true;
    }
    return false;
  }

  static boolean absent(ErrorResponseException e) {
    return code(e).equals("NoSuchKey") || code(e).equals("NoSuchObject");
  }

  /** The condition of a conditional put did not hold. */
  static boolean refused(ErrorResponseException e) {
    return code(e).equals("PreconditionFailed") || status(e) == 412;
  }

  /**
   * {@code e} as what callers see: bad settings as {@link InvalidInput}; a clock or a certificate
   * that is wrong, which another worker or a person may mend, as {@link StoreUnavailable}.
   */
  static RuntimeException typed(String what, Throwable e) {
    Optional<Duration> off = clockOff(e);
    if (off.isPresent()) return new StoreUnavailable(what + ": " + clock(off.get()), e);
    if (untrusted(e)) return new StoreUnavailable(what + ": " + line(e), e);
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ErrorResponseException refusal) {
        if (CREDENTIALS.contains(code(refusal))) {
          return new InvalidInput(
              S3Config.ACCESS_KEY + ", " + S3Config.SECRET_KEY + ": " + refusedBy(what, refusal),
              e);
        }
        if (REGION.contains(code(refusal))) {
          return new InvalidInput(S3Config.REGION + ": " + refusedBy(what, refusal), e);
        }
      }
    }
    return e instanceof RuntimeException known ? known : new IllegalStateException(what, e);
  }

  /**
   * How far this machine's clock is ahead of the store's, where that is why the store refuses: S3
   * takes no signature that is more than 15 minutes old or early. To a request without an answer's
   * body it says no reason, so that the clocks must be compared.
   */
  static Optional<Duration> clockOff(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (!(cause instanceof ErrorResponseException refusal)) continue;
      boolean named = code(refusal).equals(CLOCK);
      if (!named && status(refusal) != 403) return Optional.empty();
      Duration off = ahead(refusal).orElse(Duration.ZERO);
      return named || off.abs().compareTo(MOST_SKEW) > 0 ? Optional.of(off) : Optional.empty();
    }
    return Optional.empty();
  }

  /** Whether TLS failed because of the store's certificate. */
  static boolean untrusted(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException
          || cause instanceof CertPathBuilderException
          || cause instanceof CertPathValidatorException
          || cause instanceof SSLPeerUnverifiedException) return true;
    }
    return false;
  }

  /**
   * Whether the two do not come to speak TLS with each other. A connection that is cut meanwhile,
   * as what lies before a store that is starting does, is none of that.
   */
  static boolean encryption(Throwable e) {
    boolean encryption = false;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof EOFException || cause instanceof SocketException) return false;
      encryption |= cause instanceof SSLException;
    }
    return encryption;
  }

  private static String clock(Duration ahead) {
    long minutes = ahead.abs().toMinutes();
    String off =
        minutes == 0
            ? "more than 15 minutes off the object store's"
            : minutes
                + (ahead.isNegative() ? " minutes behind" : " minutes ahead of")
                + " the object store's";
    return "this machine's clock is " + off + ", which therefore refuses; set the clock right";
  }

  private static Optional<Duration> ahead(ErrorResponseException refusal) {
    String date = refusal.response() == null ? null : refusal.response().header("Date");
    if (date == null) return Optional.empty();
    try {
      Instant theirs = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
      return Optional.of(Duration.between(theirs, Instant.now()));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The first line of the innermost message. */
  static String line(Throwable e) {
    Throwable last = e;
    while (last.getCause() != null) last = last.getCause();
    return last.getClass().getSimpleName()
        + ": "
        + String.valueOf(last.getMessage()).split("\n")[0];
  }

  private static String refusedBy(String what, ErrorResponseException e) {
    return "the object store refused them (" + what + ": " + code(e) + ")";
  }

  private static String code(ErrorResponseException e) {
    return String.valueOf(e.errorResponse().code());
  }

  private static int status(ErrorResponseException e) {
    return e.response() == null ? 0 : e.response().code();
  }
}
