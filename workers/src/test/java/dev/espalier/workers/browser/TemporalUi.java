package dev.espalier.workers.browser;

import dev.espalier.compression.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** The pages of the Temporal UI, as a person operates them in a {@link Browser}. */
public final class TemporalUi {
  private static final int HEIGHT = 900;

  /** The form of an update, while it is open; the page has it once for each of its layouts. */
  private static final String UPDATE = "#update-confirmation-modal[open]";

  /** Current Details, a document of its own in the page. */
  private static final String DETAILS =
      "document.querySelector('#user-metadata-current-details')?.contentDocument?.documentElement";

  private final Browser browser;
  private final URI address;

  /** The one at that address. */
  public TemporalUi(Browser browser, URI address) {
    this.browser = browser;
    this.address = address;
  }

  /** Opens a page by its path, in a window of this width. */
  public void open(String path, int width) {
    browser.visit(address.resolve(path), width, HEIGHT);
  }

  /** Fills in the open form to start a workflow, whose queue a worker serves, and sends it. */
  public void start(String input) {
    awaitText("Task Queue is Active");
    awaitFormerInput();
    enter("", input);
    browser.click("[data-testid=start-workflow-button]");
  }

  /**
   * The form asks for the latest run of its id and type, and takes over its input, or none where
   * there is no such run, whatever was written before the answer.
   */
  private void awaitFormerInput() {
    browser.await(
        "performance.getEntriesByType('resource')"
            + ".some(asked => asked.name.includes('/workflows?query='))");
  }

  /** Sends an update from the open page of a run; without an input, it has no data. */
  public void update(String name, String input) {
    browser.click("[aria-controls=workflow-actions]");
    browser.click("[data-testid=update-button]");
    browser.click(UPDATE + " [data-testid=update-select-button]");
    browser.click(UPDATE + " [role=option]", name);
    browser.await(
        "document.querySelector('" + UPDATE + " #update-select').value === " + Json.write(name));
    if (!input.isEmpty()) enter(UPDATE, input);
    browser.click(UPDATE + " [data-testid=confirm-modal-button]");
  }

  /** An update that was carried out closes its form; one that was refused does not. */
  public void awaitUpdated() {
    browser.await("!document.querySelector('" + UPDATE + "')");
  }

  /** Writes into the editor in there, and leaves it, whereupon the UI sets its text anew. */
  private void enter(String within, String json) {
    String editor = within + " .cm-content[contenteditable=true]";
    browser.click(editor);
    browser.insert(json);
    browser.press("Tab");
    String written = Json.write(json.replaceAll("\\s", ""));
    browser.await(
        "document.querySelector('" + editor + "').innerText.replace(/\\s/g, '') === " + written);
  }

  /** What the page shows, but for the details. */
  public String text() {
    return browser.evaluate("document.body.innerText").asText();
  }

  /** Waits until the page shows this. */
  public void awaitText(String text) {
    browser.await("document.body.innerText.includes(" + Json.write(text) + ")");
  }

  /** The words of Current Details, with one space between each two. */
  public String details() {
    return browser.evaluate(DETAILS + ".innerText").asText().replaceAll("[\\s\\h]+", " ");
  }

  /** Waits until the details show this. */
  public void awaitDetails(String text) {
    browser.await(DETAILS + "?.innerText.includes(" + Json.write(text) + ")");
  }

  /** Asks for the latest details. */
  public void refreshDetails() {
    browser.press("r");
  }

  /** Whether the details, as wide as they are in the page, are to be scrolled sideways. */
  public boolean detailsOverflow() {
    return browser.evaluate("(d => d.scrollWidth > d.clientWidth)(" + DETAILS + ")").booleanValue();
  }

  /** The window as a PNG file; with the details at its top, where the page has them. */
  public void screenshot(Path file) throws IOException {
    browser.evaluate(DETAILS + "?.ownerDocument.defaultView.frameElement.scrollIntoView()");
    browser.screenshot(file);
  }
}
