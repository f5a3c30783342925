package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.List;

/**
 * A page of requests to copy into the form of the Temporal UI, each with a link that opens the form
 * with everything else filled in. Self-contained, as reports are.
 */
public final class PresetPage {
  /**
   * One request.
   *
   * @param title what it is called
   * @param description what it does
   * @param command of the program that does the same
   * @param type of the workflow
   * @param form link to the filled-in form
   * @param input JSON to copy
   */
  public record Entry(
      String title, String description, String command, String type, String form, String input) {}

  private PresetPage() {}

  /** The whole page. */
  public static String render(List<Entry> entries) {
    Tag main =
        tag("main")
            .add(tag("h1").text("Start an experiment from the Temporal UI"))
            .add(
                tag("p")
                    .text(
                        "Open the form: type, task queue and id are filled in. Copy the input,"
                            + " paste it there with encoding json/plain, and start. The id is the"
                            + " one the command beside it gives, so both are the same run."));
    for (Entry entry : entries) main.add(entry(entry));
    return Page.of("presets", STYLE, tag("body").add(main).add(tag("script").raw(SCRIPT)));
  }

  private static Tag entry(Entry entry) {
    return tag("section")
        .add(tag("h2").with("id", entry.title()).text(entry.title()))
        .add(tag("p").text(entry.description()))
        .add(
            tag("p")
                .add(tag("a").with("href", entry.form()).text("Open the form"))
                .text(" · " + entry.type() + " · ")
                .add(tag("code").text(entry.command())))
        .add(
            tag("div", "input")
                .add(
                    tag("pre")
                        .with("tabindex", "0")
                        .with("role", "region")
                        .with("aria-label", "input of " + entry.title())
                        .text(entry.input()))
                .add(
                    tag("button")
                        .with("type", "button")
                        .with("aria-label", "Copy the input of " + entry.title())
                        .text("Copy")));
  }

  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1c2126; --back: #fff; --line: #d5dbe1;
        --soft: #f3f5f7; --link: #0b57a4; }
      @media (prefers-color-scheme: dark) {
        :root { --ink: #e4e8ec; --back: #14181c; --line: #38414a; --soft: #1e242a;
          --link: #7db7f5; }
      }
      body { margin: 0; background: var(--back); color: var(--ink);
        font: 16px/1.5 system-ui, sans-serif; }
      main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
      h1 { font-size: 1.6rem; line-height: 1.25; }
      h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
      section { border-top: 1px solid var(--line); padding: 1.2rem 0; }
      section p { margin: .4rem 0; }
      a { color: var(--link); }
      code { font-size: .9em; overflow-wrap: anywhere; }
      .input { position: relative; background: var(--soft); border: 1px solid var(--line);
        border-radius: 6px; }
      pre { margin: 0; padding: .8rem 5.5rem .8rem .8rem; max-height: 18rem; overflow: auto;
        font-size: .85rem; }
      button { position: absolute; top: .5rem; right: .5rem; min-width: 4.5rem; padding: .3rem .6rem;
        font: inherit; font-size: .9rem; color: var(--ink); background: var(--back);
        border: 1px solid var(--line); border-radius: 6px; cursor: pointer; }
      :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
      @media print { button { display: none; } pre { max-height: none; white-space: pre-wrap; } }
      """;

  private static final String SCRIPT =
      """
      for (const button of document.querySelectorAll("button")) {
        button.addEventListener("click", async () => {
          const input = button.previousElementSibling;
          let copied = true;
          try {
            await navigator.clipboard.writeText(input.textContent);
          } catch (refused) {
            const range = document.createRange();
            range.selectNodeContents(input);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            copied = document.execCommand("copy");
          }
          button.textContent = copied ? "Copied" : "Select it";
          setTimeout(() => { button.textContent = "Copy"; }, 1500);
        });
      }
      """;
}
