package dev.espalier.workers.chaos;

import java.util.List;
import java.util.Random;

/** The Temporal server, or the object store, is killed at random moments and started again. */
record ServerCrashes(String name, boolean temporal, StoreKind kind) implements Trial {
  /** Runs at work while a server crashes so often. */
  private static final int CRASHES_A_RUN = 4;

  /** In the short round {@link Fleet} crashes both servers. */
  @Override
  public boolean quick() {
    return false;
  }

  @Override
  public int references(Scale scale) {
    return scale.crashes() <= CRASHES_A_RUN ? 1 : scale.crashes() / CRASHES_A_RUN + 1;
  }

  @Override
  public Verdict run(Setting setting) throws Exception {
    String test = (temporal ? "Temporal server" : kind.name().toLowerCase(java.util.Locale.ROOT));
    int wanted = setting.scale().crashes();
    String asked = wanted + " kill -9 and restarts: same bits, 0 lost";
    StoreKind store = temporal ? setting.store() : kind;
    if (store == StoreKind.MINIO && setting.tools().minio().isEmpty()) {
      return Verdict.notRun(test + " kill -9", asked, "no minio on the path");
    }
    int crashes = 0;
    Random random = setting.random();
    try (Ground ground = new Ground(setting.tools(), store, setting.folder())) {
      List<Ground.Worker> crew = ground.crew();
      Runs runs = new Runs(ground, setting.references(), setting.scale().steps());
      int total = references(setting.scale());
      while (runs.begun() < total || !runs.open().isEmpty()) {
        while (runs.begun() < total && runs.open().size() < 2) runs.begin();
        Thread.sleep(2_000 + random.nextInt(3_000));
        runs.gather();
        ground.revive(crew);
        if (crashes >= wanted || runs.open().isEmpty()) continue;
        if (temporal) {
          ground.crashTemporal(random.nextInt(3_000));
        } else {
          ground.crashStore(random.nextInt(3_000));
        }
        crashes++;
        setting.say().accept(crashes + " crashes, " + runs.ended() + " runs ended");
      }
      boolean holds = crashes >= wanted && runs.wrong().isEmpty();
      return Verdict.of(test + " kill -9", asked, runs.summary(String.valueOf(crashes)), holds);
    }
  }
}
