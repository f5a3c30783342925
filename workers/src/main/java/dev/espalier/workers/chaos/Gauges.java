package dev.espalier.workers.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a worker's meters say. */
final class Gauges {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Pattern STEP =
      Pattern.compile("espalier_train_step\\{[^}]*run=\"([^\"]+)\"[^}]*} ([0-9.E]+)");
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Gauges() {}

  /** The optimizer steps done of the run that the worker trains, if it trains. */
  static OptionalInt step(Ground.Worker worker, String run) throws InterruptedException {
    Matcher found = STEP.matcher(text(worker).orElse(""));
    while (found.find()) {
      if (found.group(1).equals(run)) {
        return OptionalInt.of((int) Double.parseDouble(found.group(2)));
      }
    }
    return OptionalInt.empty();
  }

  /** Whether the worker serves its meters, which it does before it takes up work. */
  static boolean serves(Ground.Worker worker) throws InterruptedException {
    return text(worker).isPresent();
  }

  private static Optional<String> text(Ground.Worker worker) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + worker.metricsPort() + "/metrics");
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
      return Optional.of(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
