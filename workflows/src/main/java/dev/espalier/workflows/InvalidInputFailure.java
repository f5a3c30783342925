package dev.espalier.workflows;

import dev.espalier.compression.InvalidInput;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link InvalidInput} as Temporal carries it: never retried, the one line alone, without a stack
 * trace in the log or in the UI, which shows a failure whole.
 */
public final class InvalidInputFailure {
  /** The failure's type. */
  public static final String TYPE = "InvalidInput";

  /**
   * The second is what Temporal makes of an {@link InvalidInput} that an activity throws as it is.
   */
  private static final List<String> TYPES = List.of(TYPE, InvalidInput.class.getName());

  private InvalidInputFailure() {}

  /** What an activity or a workflow throws in its place. */
  public static ApplicationFailure of(InvalidInput invalid) {
    return of(String.valueOf(invalid.getMessage()));
  }

  private static ApplicationFailure of(String line) {
    ApplicationFailure failure =
        ApplicationFailure.newBuilder()
            .setMessage(line)
            .setType(TYPE)
            .setNonRetryable(true)
            .setCategory(ApplicationErrorCategory.BENIGN)
            .build();
    failure.setStackTrace(new StackTraceElement[0]);
    return failure;
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

  /**
   * A workflow's body: bad input found in it or in an activity fails the workflow with the line.
   */
  static <R> R surfacing(Supplier<R> body) {
    try {
      return body.get();
    } catch (InvalidInput e) {
      throw of(e);
    } catch (TemporalFailure e) {
      Optional<String> line = line(e);
      if (line.isPresent()) throw of(line.get());
      throw e;
    }
  }

  /**
   * A validator's body. What it throws stays {@link InvalidInput}, since the SDK hides the type of
   * a failure that is Temporal's own, but without the stack trace, which the UI would show.
   */
  static void validating(Runnable body) {
    try {
      body.run();
    } catch (InvalidInput e) {
      e.setStackTrace(new StackTraceElement[0]);
      throw e;
    }
  }

  static String[] types() {
    return TYPES.toArray(String[]::new);
  }
}
