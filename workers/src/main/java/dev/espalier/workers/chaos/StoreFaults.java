package dev.espalier.workers.chaos;

import dev.espalier.workers.chaos.FaultProxy.Fault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The network to the store misbehaves, the store is full, or it answers with errors. */
final class StoreFaults implements Trial {
  /**
   * @param seconds of trouble at a time; 0 for the whole run
   */
  private record Trouble(String name, Fault fault, int seconds) {
    boolean ofDisk() {
      return name.startsWith(DISK);
    }
  }

  private static final String DISK = "full disk";
  private static final String FILLER = "filler";
  private static final String SKIPPED = "not run:";

  private static final List<Trouble> TROUBLES =
      List.of(
          new Trouble("500 ms latency", Fault.latency(500), 0),
          new Trouble("5 % resets", Fault.resets(0.05), 0),
          new Trouble("503 for 20 s", Fault.answering(503), 20),
          new Trouble("507 (full) for 20 s", Fault.answering(507), 20),
          new Trouble("60 s blackhole", Fault.blackhole(), 60),
          new Trouble(DISK + " for 20 s", Fault.NONE, 20));

  @Override
  public String name() {
    return "store-faults";
  }

  @Override
  public boolean quick() {
    return false;
  }

  @Override
  public int references(Scale scale) {
    return 1;
  }

  @Override
  public Verdict run(Setting setting) throws Exception {
    List<String> results = new ArrayList<>();
    boolean holds = true;
    for (Trouble trouble : TROUBLES) {
      String result = one(setting, trouble);
      setting.say().accept(trouble.name() + ": " + result);
      results.add(trouble.name() + ": " + result);
      holds &= result.equals("right") || result.startsWith(SKIPPED);
    }
    return Verdict.of(
        "network and store faults",
        "latency, resets, 503, 507, blackhole: all runs end right",
        String.join("; ", results),
        holds);
  }

  private static String one(Setting setting, Trouble trouble) throws Exception {
    String place = trouble.name().replaceAll("[^a-z0-9]+", "-");
    Path disk = setting.folder().resolve(place + "-disk");
    Map<String, String> environment = Map.of();
    if (trouble.ofDisk()) {
      if (!mounted(Files.createDirectories(disk)))
        return SKIPPED + " no file system can be mounted";
      environment = Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + disk);
    }
    try (Ground ground =
        new Ground(setting.tools(), setting.store(), setting.folder().resolve(place))) {
      Runs runs = new Runs(ground, setting.references(), setting.scale().steps());
      if (trouble.seconds() == 0) ground.proxy().set(trouble.fault());
      Map<String, String> own = environment;
      Ground.Worker[] worker = {ground.worker("worker-1", own)};
      Attempts attempts = new Attempts(ground.client());
      boolean[] struck = {trouble.seconds() == 0};
      long[] until = {0};
      runs.all(
          1,
          1,
          () -> {
            try {
              if (!worker[0].process().alive()) worker[0] = ground.worker("worker-1", own);
              if (!struck[0] && attempts.training(worker[0], runs.open()).isPresent()) {
                ground.proxy().set(trouble.fault());
                if (trouble.ofDisk()) fill(disk);
                until[0] = System.nanoTime() + trouble.seconds() * 1_000_000_000L;
                struck[0] = true;
              }
              if (until[0] != 0 && System.nanoTime() > until[0]) {
                ground.proxy().set(Fault.NONE);
                Files.deleteIfExists(disk.resolve(FILLER));
                until[0] = 0;
              }
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      if (!struck[0]) return "came too late";
      return runs.wrong().isEmpty() ? "right" : runs.wrong().toString();
    } finally {
      if (trouble.ofDisk()) command("umount", disk.toString());
    }
  }

  private static boolean mounted(Path disk) throws IOException, InterruptedException {
    return command("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", disk.toString());
  }

  private static boolean command(String... words) throws IOException, InterruptedException {
    return new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  /** Writes until nothing more fits. */
  private static void fill(Path disk) throws IOException {
    byte[] block = new byte[64 << 10];
    try (OutputStream out = Files.newOutputStream(disk.resolve(FILLER))) {
      while (disk.toFile().getUsableSpace() > 0) out.write(block);
    } catch (IOException e) {
      if (disk.toFile().getUsableSpace() > block.length) throw e;
    }
  }
}
