package dev.espalier.workers.command;

import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.api.failure.v1.Failure;

/** Why something ended early, as a server recorded it, in words. */
final class FailureWords {
  private FailureWords() {}

  /** One line. */
  static String of(Failure failure) {
    Failure at = failure;
    while (true) {
      if (at.hasTimeoutFailureInfo()) return timeout(at.getTimeoutFailureInfo().getTimeoutType());
      if (at.hasCanceledFailureInfo()) return "it was cancelled";
      if (at.hasTerminatedFailureInfo()) return "it was terminated";
      if (type(at).endsWith("ActivityWorkerShutdownException")) {
        return "its worker was asked to end and handed it over";
      }
      if (!at.hasCause()) return line(at);
      at = at.getCause();
    }
  }

  private static String timeout(TimeoutType type) {
    return switch (type) {
      case TIMEOUT_TYPE_HEARTBEAT -> "its worker was lost: it gave no sign of life";
      case TIMEOUT_TYPE_START_TO_CLOSE -> "it took longer than it may";
      case TIMEOUT_TYPE_SCHEDULE_TO_START -> "no worker took it up";
      default -> "its time was over";
    };
  }

  private static String line(Failure root) {
    String message = root.getMessage().strip().replaceAll("\\s*\\R\\s*", " ");
    return message.isEmpty() ? type(root) : message;
  }

  private static String type(Failure failure) {
    return failure.getApplicationFailureInfo().getType();
  }
}
