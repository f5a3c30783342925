package dev.espalier.activities;

/**
 * Tells the server that a stage is alive; {@code ActivityExecutionContext::heartbeat} is one.
 * Throws when the stage is to stop: cancelled, worker shutting down, or overtaken.
 */
@FunctionalInterface
public interface Heartbeat {
  void send(Object details);
}
