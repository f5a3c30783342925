package dev.espalier.workers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workers.command.Program;
import dev.espalier.workers.console.Terminal;
import dev.espalier.workers.console.Viewer;
import dev.espalier.workers.process.Stages;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One call of the program in this JVM, with its own variables, and what came of it. */
record Invocation(int exitCode, String out, String err) {
  /** In {@code work}, with the server in process and the stages of {@link SmallStages}. */
  static Invocation of(Path work, String... arguments) {
    return of(work, Map.of(), SmallStages::of, "", arguments);
  }

  static Invocation of(
      Path work,
      Map<String, String> variables,
      Stages.Assembly assembly,
      String input,
      String... arguments) {
    return of(work, variables, assembly, input, Viewer.NOBODY, arguments);
  }

  /** As if {@code viewer} looked at what it writes. */
  static Invocation of(
      Path work,
      Map<String, String> variables,
      Stages.Assembly assembly,
      String input,
      Viewer viewer,
      String... arguments) {
    return of(
        work,
        variables,
        assembly,
        input,
        viewer,
        new StringWriter(),
        new StringWriter(),
        arguments);
  }

  private static Invocation of(
      Path work,
      Map<String, String> variables,
      Stages.Assembly assembly,
      String input,
      Viewer viewer,
      StringWriter out,
      StringWriter err,
      String... arguments) {
    Map<String, String> environment = new HashMap<>();
    environment.put("ESPALIER_HOME", work.toString());
    environment.put("ESPALIER_WORK", work.resolve("state").toString());
    environment.put("ESPALIER_METRICS_PORT", "0");
    environment.put("TEMPORAL_ADDRESS", "embedded");
    environment.putAll(variables);
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), viewer);
    Program program =
        new Program(
            environment,
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            terminal,
            assembly);
    int exitCode = Espalier.run(program, arguments);
    return new Invocation(exitCode, out.toString(), err.toString());
  }

  /**
   * A call that goes on beside the test.
   *
   * @param out what it has written so far
   * @param err the same of the other
   */
  record UnderWay(StringWriter out, StringWriter err, CompletableFuture<Invocation> end) {
    /** Begins it, as {@link Invocation#of} would do it. */
    static UnderWay begin(
        Path work,
        Map<String, String> variables,
        Stages.Assembly assembly,
        Viewer viewer,
        String... arguments) {
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      return new UnderWay(
          out,
          err,
          CompletableFuture.supplyAsync(
              () -> of(work, variables, assembly, "", viewer, out, err, arguments)));
    }

    /** Waits until it has written {@code text}, for as long as the test may take. */
    void await(String text) throws InterruptedException {
      while (!(out + "\n" + err).contains(text)) {
        if (end.isDone()) throw new AssertionError("never said " + text + ": " + end.join());
        Thread.sleep(50);
      }
    }

    /** What came of it. */
    Invocation join() {
      return end.join();
    }
  }

  /** The one run that {@code status --json} shows in that state, as soon as it does. */
  static String runIn(String state, Supplier<Invocation> status) throws InterruptedException {
    while (true) {
      for (JsonNode run : Json.parse(status.get().out(), "status")) {
        if (run.get("state").asText().equals(state)) return run.get("run").asText();
      }
      Thread.sleep(100);
    }
  }

  /** The id of the run that it started. */
  String run() {
    return said().stream()
        .filter(line -> line.startsWith("run       "))
        .map(line -> line.substring(10))
        .findFirst()
        .orElseThrow(() -> new AssertionError(err));
  }

  /** Lines said about the work. */
  List<String> said() {
    return err.lines().toList();
  }
}
