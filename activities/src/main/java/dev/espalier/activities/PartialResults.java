package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.shelf.Checkpoints;
import dev.espalier.activities.shelf.LostCheckpoint;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StaleAttempt;
import dev.espalier.activities.shelf.StoreUnavailable;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a stage has done so far, kept under its key's {@code checkpoints} so that a later attempt
 * goes on from there: after every {@link #INTERVAL} of work, and when the stage is told to stop.
 *
 * <p>A checkpoint holds the state of each work ({@value #STATE}) and a list of finished rows
 * ({@value #LIST}); the rows lie beside it, each in one {@link PartialRows chunk} that no later
 * checkpoint writes again. Whatever is found damaged is logged and computed again, since it is
 * determined by the stage's key like the result itself. For the same reason an attempt that another
 * one took over from may go on, but saves no more: whoever is first commits the one result.
 */
final class PartialResults implements Progress {
  /** Work between two checkpoints: what a crash costs at most, beside the step it happens in. */
  static final Duration INTERVAL = Duration.ofSeconds(30);

  static final String STATE = "state.safetensors";
  static final String LIST = Checkpoints.PARTIAL;

  /** Raised when states of earlier programs no longer fit. */
  private static final int FORMAT = 1;

  private static final Logger log = LoggerFactory.getLogger(PartialResults.class);

  private final String stage;
  private final DurableStage.Step step;
  private final Shelf shelf;
  private final long intervalNanos;
  private final LongSupplier clock;
  private final Map<String, Work> works = new LinkedHashMap<>();
  private final Map<String, PartialRows> rows = new LinkedHashMap<>();
  private final List<String> environments = new ArrayList<>();
  private final Checkpoints checkpoints;
  private int number;
  private boolean changed;
  private boolean overtaken;
  private boolean whole = true;
  private long savedAt;

  /** How far one piece of work is. */
  private record Work(long done, long total, long saved, Supplier<StateDict> state) {
    boolean ended() {
      return done == total;
    }

    Work kept() {
      return new Work(done, total, done, state);
    }
  }

  /** How far a piece of work was. */
  private record Reached(long done, long total) {}

  /**
   * What lies beside the state.
   *
   * @param environments device, threads and version of all that was done, in order
   * @param works in order
   * @param rows chunks of finished rows, by name
   */
  private record Content(
      int format,
      List<String> environments,
      Map<String, Reached> works,
      Map<String, List<PartialRows.Chunk>> rows) {}

  private PartialResults(
      String stage, DurableStage.Step step, Duration interval, LongSupplier clock) {
    this.stage = stage;
    this.step = step;
    this.shelf = step.shelf().beating(this::waiting);
    this.intervalNanos = interval.toNanos();
    this.clock = clock;
    this.savedAt = clock.getAsLong();
    this.checkpoints = shelf.checkpoints(stage, step.key());
  }

  /**
   * The partial results of a stage, with what earlier attempts left; these can save no more.
   *
   * @param environment device, threads and version of this attempt
   * @param interval of work between two checkpoints; {@link #INTERVAL} but for tests
   */
  static PartialResults open(
      String stage, DurableStage.Step step, String environment, Duration interval)
      throws IOException {
    return open(stage, step, environment, interval, System::nanoTime);
  }

  /** With {@code clock} in ns. */
  static PartialResults open(
      String stage,
      DurableStage.Step step,
      String environment,
      Duration interval,
      LongSupplier clock)
      throws IOException {
    PartialResults partial = new PartialResults(stage, step, interval, clock);
    partial.find();
    if (!partial.environments.contains(environment)) {
      if (!partial.environments.isEmpty()) {
        log.warn(
            "{} {}: begun with {}, goes on with {}; its bits are those of neither alone",
            stage,
            step.key(),
            partial.environments,
            environment);
      }
      partial.environments.add(environment);
    }
    return partial;
  }

  private void find() throws IOException {
    Optional<Checkpoints.Checkpoint> newest = newest();
    if (newest.isEmpty()) return;
    StoredArtifact artifact = newest.get().artifact();
    Content content = content(artifact);
    if (content == null) return;
    number = newest.get().step();
    StateDict states = Safetensors.read(artifact.fetch(STATE)).tensors();
    content
        .works()
        .forEach(
            (name, at) -> {
              StateDict state = states.under(name + "/");
              works.put(name, new Work(at.done(), at.total(), at.done(), () -> state));
            });
    content.rows().forEach((name, chunks) -> rows.put(name, rows(name, chunks)));
    environments.addAll(content.environments());
    log.info("{} {}: going on from {}", stage, step.key(), content.works());
  }

  private Optional<Checkpoints.Checkpoint> newest() {
    try {
      return checkpoints.newestVerified(0);
    } catch (StaleAttempt e) {
      overtaken(e);
      return Optional.empty();
    } catch (LostCheckpoint e) {
      log.warn("{} {}: no partial result is whole; beginning anew", stage, step.key());
      return Optional.empty();
    }
  }

  /** Null if it is another program version's. */
  private @Nullable Content content(StoredArtifact artifact) {
    try {
      String text = new String(artifact.bytes(LIST), UTF_8);
      Content content = Json.read(text, Content.class, artifact.prefix());
      if (content.format() == FORMAT) return content;
    } catch (InvalidInput e) {
      log.debug("not this version's", e);
    }
    log.warn("{}: written by another version; beginning anew", artifact.prefix());
    return null;
  }

  @Override
  public Optional<StateDict> begun(String work) {
    return Optional.ofNullable(works.get(work)).map(found -> found.state().get());
  }

  @Override
  public void reached(String work, long done, long total, Supplier<StateDict> state) {
    Work before = works.get(work);
    long saved = before == null ? 0 : before.saved();
    works.put(work, new Work(done, total, saved, state));
    changed = true;
    whole = true;
    try {
      step.liveness().beat(new StageProgress(stage, done, total, null, Math.toIntExact(saved)));
    } catch (RuntimeException stop) {
      takeAlong(stop);
      changed = false;
      throw stop;
    }
    if (clock.getAsLong() - savedAt >= intervalNanos) saveInPassing();
    whole = done == total;
  }

  /**
   * Rows that become finished one after another and do not change again. Those that an earlier
   * attempt left are given to {@code sink} in order.
   *
   * @param name of a-z, 0-9 and '-'
   * @param grain how many rows are made at a time: chunks hold multiples of it, or the last rows
   * @param rowBytes about the bytes of a row
   * @param source of finished rows, asked while they are saved
   */
  PartialRows rows(
      String name, int grain, long rowBytes, PartialRows.Source source, PartialRows.Sink sink)
      throws IOException {
    PartialRows series = rows.computeIfAbsent(name, n -> rows(n, List.of()));
    series.open(grain, rowBytes, source, sink);
    return series;
  }

  private PartialRows rows(String name, List<PartialRows.Chunk> chunks) {
    return new PartialRows(shelf, place(), name, chunks);
  }

  /**
   * Saves what a stage has that is ended by {@code stop}, if this attempt still may and no work is
   * in the middle of a step.
   */
  void takeAlong(RuntimeException stop) {
    step.liveness().ending();
    try {
      if (changed && whole) saveIfCurrent();
    } catch (RuntimeException e) {
      stop.addSuppressed(e);
    }
  }

  /**
   * What this was done on, in order, where that is not the same for all of it: the result is then
   * not bit for bit that of an uninterrupted stage. Null where it is the same.
   */
  @Nullable List<String> environments() {
    return environments.size() > 1 ? List.copyOf(environments) : null;
  }

  /** A store that is away costs no more than it must: the work goes on, unsaved. */
  private void saveInPassing() {
    try {
      saveIfCurrent();
    } catch (StoreUnavailable e) {
      step.meters().checkpointFailed();
      log.warn("{} {}: partial results not saved: {}", stage, step.key(), e.getMessage());
      savedAt = clock.getAsLong();
    }
  }

  private void saveIfCurrent() {
    if (overtaken) return;
    try {
      save();
    } catch (StaleAttempt e) {
      overtaken(e);
    }
  }

  private void overtaken(StaleAttempt e) {
    overtaken = true;
    log.warn("{} {}: going on without saving: {}", stage, step.key(), e.getMessage());
  }

  private void save() {
    long began = System.nanoTime();
    checkpoints.requireCurrent();
    long bytes = 0;
    for (PartialRows series : rows.values()) bytes += series.save();
    Map<String, Tensor> states = new LinkedHashMap<>();
    Map<String, Reached> reached = new LinkedHashMap<>();
    works.forEach(
        (name, work) -> {
          work.state().get().tensors().forEach((key, t) -> states.put(name + "/" + key, t));
          reached.put(name, new Reached(work.done(), work.total()));
        });
    Map<String, List<PartialRows.Chunk>> chunks = new LinkedHashMap<>();
    rows.forEach((name, series) -> chunks.put(name, series.chunks()));
    Content content = new Content(FORMAT, environments, reached, chunks);
    StoredArtifact stored =
        checkpoints
            .stage(++number)
            .add(STATE, new StateDict(states), Map.of())
            .add(LIST, Json.write(content).getBytes(UTF_8))
            .commit();
    works.replaceAll((name, work) -> work.kept());
    changed = false;
    savedAt = clock.getAsLong();
    step.meters()
        .checkpoint(
            number, bytes + stored.manifest().size(), Duration.ofNanos(System.nanoTime() - began));
  }

  /** What a heartbeat throws during a save, the next {@link #reached} throws again. */
  private void waiting() {
    try {
      step.liveness().beat();
    } catch (RuntimeException stop) {
      log.debug("told to stop; saving first", stop);
    }
  }

  private String place() {
    return place(Shelf.prefix(stage, step.key()));
  }

  private static String place(String prefix) {
    return prefix + "/checkpoints";
  }

  /**
   * Deletes the partial results of a stage whose result this attempt committed: they would double
   * its size. The ledger stays, since another attempt may still hold it; so do results that a crash
   * keeps from being deleted here, for the collection.
   */
  static DurableStage.Done discard(Shelf shelf, DurableStage.Done done) {
    if (done.reused()) return done;
    try {
      shelf.store().listEverything(place(done.artifact().prefix())).stream()
          .map(ObjectStore.Stat::key)
          .filter(key -> !key.contains("/ledger-"))
          .forEach(shelf.store()::delete);
    } catch (StoreUnavailable e) {
      log.warn("partial results of {} stay: {}", done.artifact().prefix(), e.getMessage());
    }
    return done;
  }
}
