package dev.espalier.workers.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.workflows.DevServer;
import io.temporal.client.WorkflowClient;
import io.temporal.testing.TemporalDevServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a real server, whose runs nobody serves. */
@Timeout(600)
class SchedulesTest {
  @Test
  void noneIsBegunBesideARunThatIsAtWork() throws Exception {
    try (TemporalDevServer server = DevServer.start()) {
      WorkflowClient client = DevServer.client(server);
      Schedules schedules = new Schedules(client);
      schedules.create("busy", "CompressionWorkflow", NullNode.getInstance(), "0 2 * * *", "UTC");
      schedules.trigger("busy");
      String run = null;
      while (run == null) {
        Thread.sleep(50);
        run = schedules.list().stream().findFirst().map(Schedules.Line::run).orElse(null);
      }
      assertThat(run).startsWith("scheduled-busy-");
      assertThatThrownBy(() -> schedules.trigger("busy"))
          .isInstanceOf(InvalidInput.class)
          .hasMessage("schedule 'busy' has run " + run + " at work, beside which none is begun");
      client.getWorkflowServiceStubs().shutdownNow();
    }
  }
}
