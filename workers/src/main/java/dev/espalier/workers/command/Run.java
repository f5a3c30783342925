package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.workers.console.Look;
import dev.espalier.workers.console.ProgressView;
import dev.espalier.workers.console.Terminal;
import dev.espalier.workflows.StageOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;

/**
 * One run, started and followed to its end. A run of the same id that is at work is joined; one
 * that has ended is started again, and finds its finished stages on the shelf.
 *
 * @param workflow the workflow's type
 * @param id made of what is asked for, so that the same request is the same run
 * @param summary what a person reads beside the id
 * @param result what it comes to
 * @param look how far it is
 */
record Run<R>(
    String workflow,
    String id,
    String summary,
    JsonNode request,
    Class<R> result,
    BiFunction<Watch, String, Look> look) {
  private static final long INTERVAL_MILLIS = 500;

  /**
   * Runs it, showing progress.
   *
   * @throws RuntimeException the workflow's failure
   */
  R follow(Session session, Terminal terminal) throws InterruptedException {
    WorkflowOptions options = StageOptions.joining(id, summary, request);
    WorkflowStub stub = session.temporal().client().newUntypedWorkflowStub(workflow, options);
    stub.start(request);
    terminal.say("run       " + id);
    SeenRuns.of(session.folder()).note(List.of(id));
    Watch watch = new Watch(session.temporal().client());
    CompletableFuture<R> outcome = stub.getResultAsync(result);
    try (ProgressView view = new ProgressView(terminal)) {
      while (!ended(outcome, session)) view.show(look.apply(watch, id));
      view.show(look.apply(watch, id));
      return outcome.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  private static boolean ended(CompletableFuture<?> outcome, Session session)
      throws InterruptedException {
    try {
      outcome.get(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      if (session.ending()) session.forever();
      return true;
    }
  }
}
