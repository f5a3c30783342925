package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

/** A page in one file, which may fetch nothing. */
final class Page {
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

  private Page() {}

  /** The whole page as HTML, in light and dark. */
  static String of(String title, String styles, Tag body) {
    Tag head =
        tag("head")
            .add(tag("meta").with("charset", "utf-8"))
            .add(tag("meta").with("http-equiv", "Content-Security-Policy").with("content", POLICY))
            .add(
                tag("meta")
                    .with("name", "viewport")
                    .with("content", "width=device-width, initial-scale=1"))
            .add(tag("meta").with("name", "color-scheme").with("content", "light dark"))
            .add(tag("link").with("rel", "icon").with("href", "data:,"))
            .add(tag("title").text("Espalier: " + title))
            .add(tag("style").raw(styles));
    return "<!DOCTYPE html>\n" + tag("html").with("lang", "en").add(head).add(body) + "\n";
  }
}
