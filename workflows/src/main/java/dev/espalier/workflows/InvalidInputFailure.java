package dev.espalier.workflows;

import dev.espalier.compression.InvalidInput;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link InvalidInput} as Temporal carries it: never retried, its message the one line alone. */
public final class InvalidInputFailure {
  /** The failure's type. */
  public static final String TYPE = "InvalidInput";

  /** What Temporal calls the failure where an activity throws {@link InvalidInput} as it is. */
  private static final List<String> TYPES = List.of(TYPE, InvalidInput.class.getName());

  private InvalidInputFailure() {}

  /** What an activity or a workflow throws. */
  public static ApplicationFailure of(InvalidInput invalid) {
    return of(String.valueOf(invalid.getMessage()));
  }

  static ApplicationFailure of(String line) {
    return ApplicationFailure.newNonRetryableFailure(line, TYPE);
  }

  /** The line, if {@code failure} or one of its causes is of this type. */
  public static Optional<String> line(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ApplicationFailure application
          && TYPES.contains(application.getType())) {
        return Optional.of(application.getOriginalMessage());
      }
    }
    return Optional.empty();
  }

  static String[] types() {
    return TYPES.toArray(String[]::new);
  }
}
