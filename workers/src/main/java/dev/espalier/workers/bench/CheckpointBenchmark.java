package dev.espalier.workers.bench;

import dev.espalier.activities.CheckpointWriter;
import dev.espalier.activities.CurveLog;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.Json;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.finetune.Denoising;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.TrainingListener;
import dev.espalier.compression.finetune.TrainingLoop;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.WorkFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How long a training waits for a checkpoint, in the finetune stage's own loop, writer and store
 * (the S3 server in process over a folder), beside {@code torch.save}, accelerate's {@code
 * save_state} and PyTorch's distributed {@code async_save} of the same tensors. Ours are hashed and
 * read back as well.
 *
 * <p>A round: {@value #STEPS} steps alone, the copy, and steps until the checkpoint counts. Beside
 * the wait the results tell {@code bytes}, {@code commitSeconds} from copy to commit, {@code
 * stepSeconds} of steps alone and {@code besideSeconds} of steps while a checkpoint is written, and
 * {@code stallShare}: the wait's part of the training's time with a checkpoint every {@value
 * #EVERY} steps.
 */
record CheckpointBenchmark() implements Benchmark {
  private static final int STEPS = 3;
  private static final int EVERY = 50;
  private static final int BATCH = 16;

  @Override
  public String unit() {
    return "wait of the training for one checkpoint of the 32×32 U-Net, 105 MB";
  }

  @Override
  public String python() {
    return "checkpoint";
  }

  @Override
  public void prepare(Path folder) throws IOException {
    UNets.write(UNets.CIFAR_32, folder);
  }

  @Override
  public void measure(Path folder, Rounds rounds) throws IOException {
    Settings settings = Settings.of(Map.of(), folder.resolve("work"));
    WorkFolder work = settings.workFolder();
    Network network = UNets.of(UNets.CIFAR_32);
    String config =
        "{\"steps\": 1000000, \"batch\": %d, \"validateEvery\": 1000000}".formatted(BATCH);
    FinetuneConfig finetune = Json.read(config, FinetuneConfig.class, "benchmark");
    try (StoreConnection store = StoreConnection.open(settings, work);
        Torch.Session session = Torch.open()) {
      Shelf shelf = new Shelf(store.store(), work.cache(), Map.of());
      Denoising objective =
          new Denoising(session, network, UNets.images(network), NoiseSchedule.ddpm(), finetune);
      Commits commits = new Commits();
      try (CheckpointWriter writer =
          new CheckpointWriter(shelf.checkpoints("finetune", "benchmark"), commits)) {
        TrainingLoop.run(
            session,
            TrainingState.start(UNets.weights(folder)),
            finetune,
            objective,
            new Rhythm(rounds, writer, commits));
      } catch (Enough e) {
        return;
      }
    }
  }

  /** Ends the loop. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class Commits implements CheckpointWriter.Committed {
    private volatile long bytes;
    private volatile double seconds;

    @Override
    public void committed(int step, long bytes, Duration took) {
      this.bytes = bytes;
      this.seconds = took.toNanos() * 1e-9;
    }

    @Override
    public void failed() {}
  }

  private static final class Rhythm implements TrainingListener {
    private final Rounds rounds;
    private final CheckpointWriter writer;
    private final Commits commits;
    private final List<Double> stalls = new ArrayList<>();
    private final List<Double> commitTimes = new ArrayList<>();
    private final List<Double> alone = new ArrayList<>();
    private final List<Double> beside = new ArrayList<>();
    private boolean begun;
    private int left = 1;

    Rhythm(Rounds rounds, CheckpointWriter writer, Commits commits) {
      this.rounds = rounds;
      this.writer = writer;
      this.commits = commits;
    }

    @Override
    public void step(Step step, Supplier<TrainingState> state) {
      writer.check();
      if (begun) {
        beside.add(step.seconds());
        if (writer.busy()) return;
        begun = false;
        commitTimes.add(commits.seconds);
        rounds.took(stalls.get(stalls.size() - 1));
        next();
        return;
      }
      // The first step of a process is slower than all others.
      if (step.step() > 1) alone.add(step.seconds());
      if (--left > 0) return;
      if (step.step() == 1) {
        next();
        return;
      }
      long began = System.nanoTime();
      writer.begin(
          new CheckpointWriter.Snapshot(state.get(), CurveLog.read(new byte[0]), Map.of()));
      stalls.add((System.nanoTime() - began) * 1e-9);
      begun = true;
    }

    private void next() {
      left = STEPS;
      try {
        if (rounds.next()) return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (!stalls.isEmpty()) tell();
      throw new Enough();
    }

    private void tell() {
      double step = median(alone);
      double stall = median(stalls);
      rounds.results(
          Map.of(
              "bytes",
              (double) commits.bytes,
              "commitSeconds",
              median(commitTimes),
              "stepSeconds",
              step,
              "besideSeconds",
              median(beside),
              "stallSeconds",
              stall,
              "stallShare",
              stall / (EVERY * step + stall)));
    }

    private static double median(List<Double> values) {
      return Comparison.median(values.stream().mapToDouble(v -> v).toArray());
    }

    @Override
    public void validation(int step, double loss) {}

    @Override
    public void checkpoint(int step, Supplier<TrainingState> state) {}
  }
}
