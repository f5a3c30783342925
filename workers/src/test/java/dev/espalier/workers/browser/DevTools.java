package dev.espalier.workers.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** One connection of the DevTools protocol: calls with their answers, and the events heard. */
final class DevTools implements WebSocket.Listener, AutoCloseable {
  private static final long PATIENCE_MILLIS = 60_000;

  private final StringBuilder message = new StringBuilder();
  private final Map<Integer, JsonNode> answers = new HashMap<>();
  private final List<JsonNode> events = new ArrayList<>();
  private WebSocket socket;
  private int calls;

  private DevTools() {}

  static DevTools connect(URI page) {
    DevTools tools = new DevTools();
    tools.socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(page, tools).join();
    return tools;
  }

  /** Calls a method and waits for its result. */
  synchronized JsonNode call(String method, ObjectNode parameters) {
    int id = ++calls;
    ObjectNode call = Json.MAPPER.createObjectNode().put("id", id).put("method", method);
    call.set("params", parameters);
    socket.sendText(Json.write(call), true);
    awaitUntil(method, () -> answers.containsKey(id));
    JsonNode answer = answers.remove(id);
    if (answer.has("error")) throw new IllegalStateException(method + ": " + answer.get("error"));
    return answer.path("result");
  }

  /** Waits until the event was heard since {@link #forget}. */
  synchronized void await(String event) {
    awaitUntil(event, () -> !heard(event).isEmpty());
  }

  /** The parameters of all such events since {@link #forget}. */
  synchronized List<JsonNode> heard(String event) {
    return events.stream()
        .filter(e -> e.path("method").asText().equals(event))
        .map(e -> e.path("params"))
        .toList();
  }

  synchronized void forget() {
    events.clear();
  }

  private interface Condition {
    boolean holds();
  }

  private void awaitUntil(String what, Condition condition) {
    long end = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!condition.holds()) {
      long left = end - System.currentTimeMillis();
      if (left <= 0) throw new IllegalStateException(what + ": the browser does not answer");
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(what, e);
      }
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    message.append(data);
    if (last) {
      take(Json.parse(message.toString(), "DevTools"));
      message.setLength(0);
    }
    from.request(1);
    return null;
  }

  private synchronized void take(JsonNode heard) {
    if (heard.has("id")) answers.put(heard.get("id").intValue(), heard);
    else events.add(heard);
    notifyAll();
  }

  @Override
  public void close() {
    socket.abort();
  }
}
