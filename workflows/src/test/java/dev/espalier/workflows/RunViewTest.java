package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RunViewTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)]*)\\)");

  /** A colon is legal where it stands, so nothing is to be encoded. */
  @Test
  void theLinksOfAScheduledRunAreAddresses() {
    String run = "scheduled-nightly-2026-11-22T02:00:00Z";
    String report = "runs/" + run + "/report.html";
    RunView view = new RunView(false, "http://grafana:3000", "http://store:9000/espalier");
    List<URI> links =
        LINK.matcher(view.links(run, report))
            .results()
            .map(link -> URI.create(link.group(1)))
            .toList();
    assertThat(links).hasSize(2);
    assertThat(links.get(0).getQuery()).isEqualTo("var-run=" + run);
    assertThat(links.get(1).getPath()).isEqualTo("/espalier/" + report);
  }
}
