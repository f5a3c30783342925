package dev.espalier.workers.chaos;

import dev.espalier.compression.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The kills of {@link WorkerKills} against the loop of diffusers' unconditional example with
 * accelerate's checkpoints, started again with {@code latest} after each. What it comes to is
 * shown, not judged.
 */
final class PeerKills implements Trial {
  private static final String SCRIPT = "workers/src/main/python/chaos_peer.py";
  private static final int STEP_MILLIS = 30;

  private int kills;
  private int torn;
  private int zero;
  private int redone;

  @Override
  public String name() {
    return "peer";
  }

  @Override
  public boolean quick() {
    return false;
  }

  @Override
  public int references(Scale scale) {
    return 0;
  }

  @Override
  public Verdict run(Setting setting) throws Exception {
    String asked = "the same kills against diffusers' example with accelerate, for comparison";
    String test = "Python peer, kill -9";
    String python = setting.tools().settings().variable("ESPALIER_PYTHON").orElse("python3");
    if (!imports(python)) {
      return Verdict.notRun(
          test, asked, python + " lacks accelerate or diffusers (bench-requirements.txt)");
    }
    Files.createDirectories(setting.folder());
    Path config = setting.folder().resolve("unet.json");
    Path home = setting.tools().settings().home();
    Files.writeString(
        config,
        Json.pretty(
            Json.parse(Files.readString(home.resolve("networks/fashion-ddpm/config.json")), "")));
    int wanted = Math.max(2, setting.scale().kills() / 5);
    int steps = setting.scale().steps();
    String undisturbed = train(python, home, config, setting, "calm", 0, steps);
    int runs = Math.max(1, setting.scale().runs() / 5);
    int same = 0;
    int ended = 0;
    for (int run = 0; run < runs; run++) {
      String sha = train(python, home, config, setting, "run-" + run, wanted / runs, steps);
      if (!sha.isEmpty()) ended++;
      if (sha.equals(undisturbed)) same++;
      setting.say().accept((run + 1) + " runs, " + kills + " kills");
    }
    String measured =
        String.format(
            "%d kills over %d runs: %d with the same bits, %d with others, %d lost; begun again at"
                + " step 0: %d times; torn checkpoints that had to be deleted by hand: %d; most steps"
                + " redone: %d (interval %d)",
            kills, runs, same, ended - same, runs - ended, zero, torn, redone, Plans.INTERVAL);
    return new Verdict(test, asked, measured, "shown", 0);
  }

  /** The weights' SHA-256, or nothing if it could not be brought to its end. */
  private String train(
      String python, Path home, Path config, Setting setting, String name, int wanted, int steps)
      throws Exception {
    Path folder = Files.createDirectories(setting.folder().resolve(name));
    Random random = setting.random();
    int killed = 0;
    int last = 0;
    int failures = 0;
    while (failures < 3) {
      Process process =
          new ProcessBuilder(
                  python,
                  home.resolve(SCRIPT).toString(),
                  config.toString(),
                  folder.toString(),
                  String.valueOf(steps),
                  String.valueOf(Plans.INTERVAL))
              .redirectError(setting.folder().resolve(name + ".log").toFile())
              .start();
      int until = killed < wanted ? 1 + random.nextInt(Math.max(2, 2 * steps / (wanted + 1))) : -1;
      int done = 0;
      String sha = "";
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          if (line.startsWith("begin ")) {
            int from = Integer.parseInt(line.substring(6));
            if (last > 0) redone = Math.max(redone, last - from);
            if (last >= Plans.INTERVAL && from == 0) zero++;
          }
          if (line.startsWith("sha256 ")) sha = line.substring(7);
          if (!line.startsWith("step ")) continue;
          last = Integer.parseInt(line.substring(5));
          if (++done == until) {
            Thread.sleep(random.nextInt(STEP_MILLIS));
            new ProcessBuilder("kill", "-KILL", String.valueOf(process.pid())).start().waitFor();
          }
        }
      }
      if (!process.waitFor(1, TimeUnit.MINUTES)) process.destroyForcibly();
      if (!sha.isEmpty()) return sha;
      if (done >= until && until > 0) {
        killed++;
        kills++;
      } else {
        failures++;
        torn++;
        deleteNewest(folder);
      }
    }
    return "";
  }

  /** As a person would who finds that the newest checkpoint does not load. */
  private static void deleteNewest(Path folder) throws IOException {
    List<Path> checkpoints = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(p -> p.getFileName().toString().startsWith("checkpoint-"))
          .forEach(checkpoints::add);
    }
    checkpoints.sort(
        Comparator.comparingInt(p -> Integer.parseInt(p.getFileName().toString().substring(11))));
    if (checkpoints.isEmpty()) return;
    try (Stream<Path> files = Files.walk(checkpoints.get(checkpoints.size() - 1))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  private static boolean imports(String python) throws InterruptedException {
    try {
      return new ProcessBuilder(python, "-c", "import accelerate, diffusers, torch")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
