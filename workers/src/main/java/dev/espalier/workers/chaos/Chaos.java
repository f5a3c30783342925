package dev.espalier.workers.chaos;

import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.connection.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The trials, one after the other. */
public final class Chaos {
  private final Settings settings;
  private final boolean quick;
  private final double share;
  private final long seed;
  private final Consumer<String> say;

  /**
   * @param quick some minutes instead of more than an hour
   * @param share of the full number of failures, above 0 and at most 1
   * @param seed of the moments at which things fail
   * @param say shows a line of progress
   */
  public Chaos(Settings settings, boolean quick, double share, long seed, Consumer<String> say) {
    InvalidInput.require(
        share > 0 && share <= 1, "--share is %s; legal: above 0, at most 1", share);
    this.settings = settings;
    this.quick = quick;
    this.share = share;
    this.seed = seed;
    this.say = say;
  }

  /** What can be run. */
  public static List<String> names() {
    return Trials.names();
  }

  /**
   * Runs the trials of these names; without one all, or of a short round the quick ones.
   *
   * @param folder an empty one, for servers, workers and their logs
   * @param kept where the undisturbed runs are kept and those of an earlier round are taken from;
   *     null: in the folder
   */
  public List<Verdict> run(List<String> names, Path folder, @Nullable Path kept) throws Exception {
    List<Trial> trials = Trials.of(names, quick);
    Scale scale = quick ? Scale.SHORT : Scale.FULL.part(share);
    Tools tools = Tools.find(settings);
    Files.createDirectories(folder);
    int count = trials.stream().mapToInt(trial -> trial.references(scale)).max().orElse(0);
    say.accept("undisturbed runs to compare with: " + count);
    References references =
        References.make(
            tools,
            kept == null ? folder.resolve("reference") : kept.toAbsolutePath(),
            count,
            scale.steps(),
            line -> say.accept("  " + line));
    List<Verdict> verdicts = new ArrayList<>();
    for (Trial trial : trials) {
      long begun = System.nanoTime();
      say.accept(trial.name());
      Function<String, Trial.Setting> setting =
          place ->
              new Trial.Setting(
                  tools,
                  folder.resolve(place),
                  references,
                  scale,
                  new Random(seed + trial.name().hashCode()),
                  line -> say.accept("  " + line));
      Verdict verdict = verdict(trial.name(), setting).took((System.nanoTime() - begun) * 1e-9);
      say.accept(
          String.format(
              Locale.ROOT,
              "  %s: %s (%.0f s)",
              verdict.state(),
              verdict.measured(),
              verdict.seconds()));
      verdicts.add(verdict);
    }
    return verdicts;
  }

  /**
   * Of a trial that breaks off, which judges nothing, the second try; if that breaks off, too, it
   * fails, and the others are carried out all the same.
   *
   * @param setting by the name of its folder
   */
  private Verdict verdict(String name, Function<String, Trial.Setting> setting)
      throws InterruptedException {
    String last = "";
    for (String place : List.of(name, name + "-again")) {
      try {
        return Trials.of(List.of(name), quick).get(0).run(setting.apply(place));
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        say.accept("  broken off in " + place + ": " + trace(e));
        last = e.toString();
      }
    }
    return Verdict.of(name, "it comes to an end", "broken off twice: " + last, false);
  }

  private static String trace(Exception e) {
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }
}
