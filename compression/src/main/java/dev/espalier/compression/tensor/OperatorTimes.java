package dev.espalier.compression.tensor;

import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where the time of tensor work goes, by PyTorch's own profiler. One profile at a time. */
public final class OperatorTimes {
  private record Event(String operator, long thread, double from, double seconds) {}

  private OperatorTimes() {}

  /** Begins to note every operator that the calling thread runs. */
  public static void begin() {
    JniUtils.startProfile(false, false, false);
  }

  /**
   * Ends what {@link #begin} began, on the same thread.
   *
   * @return seconds in each operator ({@code aten::mm}) since then, without those of the operators
   *     it called itself
   */
  public static Map<String, Double> end() {
    try {
      Path file = Files.createTempFile("operators", ".json");
      try {
        JniUtils.stopProfile(file.toString());
        return own(events(Json.parse(Files.readString(file), "trace of the operators")));
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Event> events(JsonNode trace) {
    List<Event> events = new ArrayList<>();
    for (JsonNode event : trace.isArray() ? trace : trace.path("traceEvents")) {
      if (!event.path("ph").asText().equals("X")) continue;
      events.add(
          new Event(
              event.path("name").asText(),
              event.path("tid").asLong(),
              event.path("ts").asDouble() * 1e-6,
              event.path("dur").asDouble() * 1e-6));
    }
    return events;
  }

  /** Takes from every event the time of those directly inside it. */
  private static Map<String, Double> own(List<Event> events) {
    List<Event> inOrder = new ArrayList<>(events);
    inOrder.sort(
        Comparator.comparing(Event::from).thenComparing(Event::seconds, Comparator.reverseOrder()));
    Map<String, Double> seconds = new TreeMap<>();
    Map<Long, Deque<Event>> open = new HashMap<>();
    for (Event event : inOrder) {
      Deque<Event> around = open.computeIfAbsent(event.thread(), thread -> new ArrayDeque<>());
      while (!around.isEmpty() && around.peek().from() + around.peek().seconds() <= event.from()) {
        around.pop();
      }
      if (!around.isEmpty()) seconds.merge(around.peek().operator(), -event.seconds(), Double::sum);
      seconds.merge(event.operator(), event.seconds(), Double::sum);
      around.push(event);
    }
    return seconds;
  }
}
