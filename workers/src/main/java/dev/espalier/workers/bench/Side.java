package dev.espalier.workers.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One of the two processes of a benchmark, seen from the one that compares them. */
final class Side implements AutoCloseable {
  private final Process process;
  private final Path log;
  private final BufferedReader from;
  private final Writer to;

  /**
   * Starts a process and waits until it is ready.
   *
   * @param without variables of this process that it does not get
   * @param with variables that only it gets
   * @param log where its complaints go
   */
  Side(List<String> command, Set<String> without, Map<String, String> with, Path log)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().keySet().removeAll(without);
    builder.environment().putAll(with);
    this.log = log;
    this.process = builder.start();
    this.from = process.inputReader(StandardCharsets.UTF_8);
    this.to = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    expect("ready");
  }

  /** Seconds per unit in one more round. */
  double round() throws IOException {
    tell("round");
    return Double.parseDouble(expect("took"));
  }

  /** Seconds that one more round spends in each of PyTorch's operators, and outside of them. */
  Map<String, Double> profile() throws IOException {
    tell("profile");
    Map<String, Double> seconds = new TreeMap<>();
    for (var operator : Json.parse(expect("operators"), "operators").properties()) {
      seconds.put(operator.getKey(), operator.getValue().asDouble());
    }
    expect("took");
    return seconds;
  }

  private void tell(String word) throws IOException {
    to.write(word + "\n");
    to.flush();
  }

  /** Ends the process; returns its results. */
  JsonNode end() throws IOException {
    to.close();
    return Json.parse(expect("end"), "results of a benchmark");
  }

  private String expect(String word) throws IOException {
    for (String line = from.readLine(); line != null; line = from.readLine()) {
      if (line.equals(word) || line.startsWith(word + " ")) {
        return line.substring(word.length()).strip();
      }
    }
    List<String> lines = Files.readAllLines(log);
    String last = lines.isEmpty() ? "it says nothing" : lines.get(lines.size() - 1);
    throw new InvalidInput("benchmark: a side ended early: " + last);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
