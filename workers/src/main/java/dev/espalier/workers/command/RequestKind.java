package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;

/** What a request asks for, told by its fields. */
enum RequestKind {
  /** One compression. */
  RUN,
  /** Several of them. */
  SWEEP,
  /** A training from random weights. */
  TRAIN;

  static RequestKind of(JsonNode request) {
    if (request.path("network").isObject()) return TRAIN;
    boolean several = request.has("axes") || request.has("arms") || request.has("plan");
    return several ? SWEEP : RUN;
  }

  /** The command that carries it out. */
  String command() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
