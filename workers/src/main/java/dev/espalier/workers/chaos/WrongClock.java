package dev.espalier.workers.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A worker's clock jumps an hour forward, an hour back, and is set right again while it trains. */
final class WrongClock implements Trial {
  private static final List<Path> LIBRARIES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"));
  private static final long JUMP_NANOS = 15_000_000_000L;
  private static final List<String> OFFSETS = List.of("+1h", "-1h", "+0");

  @Override
  public String name() {
    return "clock";
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
    String asked = "a worker's clock ±1 h: no wrong stop, no wrong collection";
    Optional<Path> library = LIBRARIES.stream().filter(Files::exists).findFirst();
    if (library.isEmpty()) return Verdict.notRun("worker clock", asked, "no libfaketime");
    try (Ground ground = new Ground(setting.tools(), setting.store(), setting.folder())) {
      Path offset = setting.folder().resolve("offset");
      Files.writeString(offset, "+0\n");
      Map<String, String> environment =
          Map.of(
              "LD_PRELOAD",
              library.get().toString(),
              "FAKETIME_TIMESTAMP_FILE",
              offset.toString(),
              "FAKETIME_NO_CACHE",
              "1",
              "FAKETIME_DONT_FAKE_MONOTONIC",
              "1",
              "DONT_FAKE_MONOTONIC",
              "1");
      Ground.Worker worker = ground.worker("worker-1", environment);
      Attempts attempts = new Attempts(ground.client());
      Runs runs = new Runs(ground, setting.references(), setting.scale().steps());
      runs.begin();
      int jumps = 0;
      long jumped = 0;
      while (!runs.open().isEmpty()) {
        Thread.sleep(200);
        runs.gather();
        boolean due =
            jumps == 0
                ? attempts.training(worker, runs.open()).isPresent()
                : System.nanoTime() - jumped > JUMP_NANOS;
        if (!due || jumps >= OFFSETS.size()) continue;
        Files.writeString(offset, OFFSETS.get(jumps) + "\n");
        setting.say().accept("the clock is " + OFFSETS.get(jumps));
        jumps++;
        jumped = System.nanoTime();
      }
      String measured = runs.summary(jumps + " jumps");
      return Verdict.of("worker clock", asked, measured, runs.wrong().isEmpty() && jumps >= 2);
    }
  }
}
