package dev.espalier.workers.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.ExternalProgram;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A headless Chromium with one page, operated as a person does: by keys and the pointer. It is
 * spoken to on 127.0.0.1 over its DevTools protocol; a network it has no use for.
 */
public final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** Key → its code on a keyboard under Windows, which is what the browser's own controls read. */
  private static final Map<String, Integer> KEYS =
      Map.of(
          "Tab",
          9,
          "Enter",
          13,
          "Escape",
          27,
          "End",
          35,
          "Home",
          36,
          "ArrowLeft",
          37,
          "ArrowUp",
          38,
          "ArrowRight",
          39,
          "ArrowDown",
          40,
          "r",
          82);

  /**
   * The box of the first element to be seen of a selector whose text begins with a line, if it can
   * be clicked on: it is enabled, has stood still for two frames, and nothing covers its centre.
   */
  private static final String AT_REST =
      """
      (async (selector, line) => {
        const element = [...document.querySelectorAll(selector)].find(
            e => e.checkVisibility({visibilityProperty: true})
                && (!line || e.innerText.trim().split('\\n')[0] === line));
        if (!element || element.disabled) return null;
        element.scrollIntoView({block: 'center', behavior: 'instant'});
        const frame = () => new Promise(requestAnimationFrame);
        const box = () => {
          const {left, top, width, height} = element.getBoundingClientRect();
          return {left, top, width, height};
        };
        await frame();
        const before = JSON.stringify(box());
        await frame();
        await frame();
        const {left, top, width, height} = box();
        const above = document.elementFromPoint(left + width / 2, top + height / 2);
        return JSON.stringify(box()) === before && element.contains(above) ? box() : null;
      })(%s, %s)
      """;

  private final Process process;
  private final Path profile;
  private final DevTools tools;

  private Browser(Process process, Path profile, DevTools tools) {
    this.process = process;
    this.profile = profile;
    this.tools = tools;
  }

  /** Starts it. Without Chromium the test ends here, see {@link ExternalProgram#get}. */
  public static Browser start(Path folder) throws IOException, InterruptedException {
    Path chromium = ExternalProgram.CHROMIUM.get();
    Path profile = Files.createTempDirectory(folder, "chromium");
    Process process =
        new ProcessBuilder(
                chromium.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--remote-debugging-address=127.0.0.1",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("log").toFile())
            .start();
    try {
      Browser browser = new Browser(process, profile, DevTools.connect(page(process, profile)));
      for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
        browser.tools.call(domain + ".enable", Json.MAPPER.createObjectNode());
      }
      return browser;
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Opens a file in a window of this size, and waits until it is there. */
  public void open(Path file, int width, int height, boolean dark) {
    medium("screen", dark);
    visit(file.toUri(), width, height);
  }

  /** Opens what is at an address in a window of this size, and waits until it is there. */
  public void visit(URI address, int width, int height) {
    tools.call(
        "Emulation.setDeviceMetricsOverride",
        parameters()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
    tools.forget();
    JsonNode answer = tools.call("Page.navigate", parameters().put("url", address.toString()));
    if (answer.has("errorText")) {
      throw new IllegalStateException(address + ": " + answer.get("errorText").asText());
    }
    tools.await("Page.loadEventFired");
  }

  /** Shows the page as on a {@code screen} or in {@code print}. */
  public void medium(String medium, boolean dark) {
    ObjectNode parameters = parameters().put("media", medium);
    parameters
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", dark ? "dark" : "light");
    tools.call("Emulation.setEmulatedMedia", parameters);
  }

  /** The value of an expression of the page's script; of a promise, what it comes to. */
  public JsonNode evaluate(String expression) {
    JsonNode answer =
        tools.call(
            "Runtime.evaluate",
            parameters()
                .put("expression", expression)
                .put("awaitPromise", true)
                .put("returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /** Waits until a condition of the page's script is true. */
  public void await(String condition) {
    awaited(condition, condition);
  }

  /** The value of an expression, as soon as it is neither false nor nothing. */
  private JsonNode awaited(String what, String expression) {
    Instant end = Instant.now().plus(PATIENCE);
    while (true) {
      JsonNode value = evaluate(expression);
      if (value.isObject() || value.asBoolean()) return value;
      if (Instant.now().isAfter(end)) {
        String shown = evaluate("document.body.innerText").asText();
        throw new AssertionError("waited in vain for " + what + "; the page shows:\n" + shown);
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Clicks on the first that is to be seen of what {@code selector} selects, once that can be. */
  public void click(String selector) {
    click(selector, "");
  }

  /** As {@link #click(String)}, on the first whose text begins with this line. */
  public void click(String selector, String line) {
    JsonNode box =
        awaited(
            selector + " " + line, String.format(AT_REST, Json.write(selector), Json.write(line)));
    double y = box.path("top").asDouble() + box.path("height").asDouble() / 2;
    mouse("mousePressed", box, 0.5, y);
    mouse("mouseReleased", box, 0.5, y);
  }

  /** Enters a text where the focus is, as the clipboard does. */
  public void insert(String text) {
    tools.call("Input.insertText", parameters().put("text", text));
  }

  /** Presses a key and lets it go. */
  public void press(String key) {
    ObjectNode parameters =
        parameters()
            .put("type", key.equals("Enter") ? "keyDown" : "rawKeyDown")
            .put("key", key)
            .put("code", key)
            .put("windowsVirtualKeyCode", KEYS.get(key));
    if (key.equals("Enter")) parameters.put("text", "\r");
    tools.call("Input.dispatchKeyEvent", parameters);
    parameters.remove("text");
    tools.call("Input.dispatchKeyEvent", parameters.put("type", "keyUp"));
  }

  /** Goes on with the tabulator until the focus is on what {@code selector} selects. */
  public void tabTo(String selector) {
    String there = "document.activeElement.matches(" + Json.write(selector) + ")";
    for (int presses = 0; presses < 200; presses++) {
      if (evaluate(there).booleanValue()) return;
      press("Tab");
    }
    throw new IllegalStateException(selector + " is not reached with the tabulator");
  }

  /** Presses the pointer's button at one share of an element's width, releases it at another. */
  public void drag(String selector, double from, double to) {
    String element = "document.querySelector(" + Json.write(selector) + ")";
    evaluate(element + ".scrollIntoView({block: 'center'})");
    JsonNode box =
        evaluate(
            "(({left, top, width, height}) => ({left, top, width, height}))("
                + element
                + ".getBoundingClientRect())");
    double y = box.path("top").asDouble() + box.path("height").asDouble() / 2;
    mouse("mousePressed", box, from, y);
    mouse("mouseMoved", box, to, y);
    mouse("mouseReleased", box, to, y);
  }

  private void mouse(String type, JsonNode box, double share, double y) {
    tools.call(
        "Input.dispatchMouseEvent",
        parameters()
            .put("type", type)
            .put("x", box.path("left").asDouble() + share * box.path("width").asDouble())
            .put("y", y)
            .put("button", "left")
            .put("buttons", type.equals("mouseReleased") ? 0 : 1)
            .put("clickCount", 1));
  }

  /** The whole page as a PNG file. */
  public void screenshot(Path file) throws IOException {
    JsonNode answer =
        tools.call("Page.captureScreenshot", parameters().put("captureBeyondViewport", true));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(answer.path("data").asText()));
  }

  /** What the page has asked for since it was opened, by address. */
  public List<String> requested() {
    return tools.heard("Network.requestWillBeSent").stream()
        .map(event -> event.at("/request/url").asText())
        .toList();
  }

  /** What went wrong in the page since it was opened. */
  public List<String> errors() {
    List<String> errors = new ArrayList<>();
    tools.heard("Runtime.exceptionThrown").forEach(event -> errors.add(event.toString()));
    tools.heard("Log.entryAdded").stream()
        .filter(event -> event.at("/entry/level").asText().equals("error"))
        .forEach(event -> errors.add(event.toString()));
    return errors;
  }

  private static ObjectNode parameters() {
    return Json.MAPPER.createObjectNode();
  }

  /** Where the browser's only page listens; the port stands in a file of the profile. */
  private static URI page(Process process, Path profile) throws IOException, InterruptedException {
    Path note = profile.resolve("DevToolsActivePort");
    Instant end = Instant.now().plus(PATIENCE);
    while (!Files.exists(note) || Files.readString(note).lines().count() < 2) {
      if (!process.isAlive() || Instant.now().isAfter(end)) {
        throw new IOException("Chromium: " + Files.readString(profile.resolve("log")));
      }
      Thread.sleep(50);
    }
    String port = Files.readString(note).lines().findFirst().orElseThrow();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list")).build();
    HttpClient http = HttpClient.newHttpClient();
    while (true) {
      String pages = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      for (JsonNode page : Json.parse(pages, "pages")) {
        if (page.path("type").asText().equals("page")) {
          return URI.create(page.path("webSocketDebuggerUrl").asText());
        }
      }
      if (Instant.now().isAfter(end)) throw new IOException("Chromium has no page: " + pages);
      Thread.sleep(50);
    }
  }

  /** Ends the browser with all its processes, so that its profile can be deleted. */
  @Override
  public void close() throws InterruptedException {
    tools.close();
    List<ProcessHandle> parts = process.descendants().toList();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    for (ProcessHandle part : parts) {
      part.destroyForcibly();
      part.onExit().completeOnTimeout(part, 10, TimeUnit.SECONDS).join();
    }
  }

  @Override
  public String toString() {
    return "Chromium in " + profile;
  }
}
