package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.InsufficientDataException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.ServerException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Set;

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

  /** {@code e} as what callers see: bad settings as {@link InvalidInput}. */
  static RuntimeException typed(String what, Throwable e) {
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
