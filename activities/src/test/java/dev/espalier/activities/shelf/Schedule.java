package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.compression.finetune.KeepPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One training by several attempts, some of them at the same time, over a store that fails: who
 * runs when and what fails is a function of the seed.
 */
final class Schedule {
  static final String KEY = "0123456789abcdef0123";
  static final String RESULT = "stages/finetune/" + KEY;
  static final String PLACE = RESULT + "/checkpoints";
  private static final int END = 500;
  private static final String STATE = "state.safetensors";

  private final Cache cache;
  private final Mutant mutant;
  private final Random random;
  private final Faults faults;
  private final Turns turns;
  private final Invariants invariants = new Invariants(PLACE);
  private final KeepPolicy keep;
  private final List<String> trace = new ArrayList<>();
  private final boolean traced;
  private RuntimeException failure;
  private int reported;
  private int calls;

  /**
   * What became of a schedule.
   *
   * @param failure what went wrong, if anything
   * @param calls of the store
   */
  record Outcome(Optional<RuntimeException> failure, List<String> trace, int calls) {}

  private Schedule(long seed, Mutant mutant, Cache cache, boolean traced) {
    this.mutant = mutant;
    this.cache = cache;
    this.traced = traced;
    random = new Random(seed * 0x9E3779B97F4A7C15L);
    faults = new Faults(random);
    keep =
        new KeepPolicy(1 + random.nextInt(2), random.nextInt(2), random.nextInt(3) == 0 ? 200 : 0);
    double stay = new double[] {0.5, 0.8, 0.9, 0.97}[random.nextInt(4)];
    turns = new Turns(random, stay, random.nextInt(3) * 0.2, this::between);
    int attempts = 2 + random.nextInt(4);
    for (int i = 0; i < attempts; i++) turns.add(new Attempt("attempt " + i));
  }

  static Outcome run(long seed, Mutant mutant, Cache cache, boolean traced)
      throws InterruptedException {
    Schedule schedule = new Schedule(seed, mutant, cache, traced);
    schedule.run();
    return new Outcome(Optional.ofNullable(schedule.failure), schedule.trace, schedule.calls);
  }

  private void run() throws InterruptedException {
    turns.run();
    if (failure != null) return;
    try {
      afterAll();
    } catch (Invariants.Violation e) {
      failure = e;
    } catch (RuntimeException e) {
      failure = new Invariants.Violation("I9", "an undisturbed attempt cannot go on: " + e);
    }
  }

  /** Undisturbed attempts find what was promised, and can go on. */
  private void afterAll() {
    note("all attempts have ended");
    while (!invariants.store().quiet()) invariants.store().arrive(random);
    Optional<String> left = undisturbed();
    invariants.inTheEnd(left);
    if (!invariants.damaged().isEmpty()) return;
    Optional<String> again = undisturbed();
    if (!again.equals(left)) throw new Invariants.Violation("I1", left + " became " + again);
  }

  private Optional<String> undisturbed() {
    Shelf shelf =
        new Shelf(mutant.of(new SimulatedBucket(invariants.store(), new Calm())), cache, Map.of());
    Checkpoints checkpoints = shelf.checkpoints("finetune", KEY, keep);
    try {
      Optional<Checkpoints.Checkpoint> from = checkpoints.newestVerified(0);
      if (from.isEmpty()) invariants.beginsAtZero(invariants.anyAcknowledged());
      from.ifPresent(
          f -> invariants.resumes(way(f), f.artifact().manifest(), invariants.damaged()));
      return from.map(Schedule::way);
    } catch (LostCheckpoint e) {
      invariants.lost(e);
      return Optional.empty();
    }
  }

  private void between() {
    if (random.nextInt(8) == 0) invariants.store().arrive(random);
    if (faults.rots()) rot();
  }

  /** The store alters or loses a part or a manifest of what counts, or of all that does. */
  private void rot() {
    List<String> places =
        invariants.newest().stream()
            .flatMap(l -> l.entries().stream())
            .map(e -> PLACE + "/" + new CheckpointName(e.step(), e.epoch()))
            .collect(Collectors.toCollection(ArrayList::new));
    if (places.isEmpty()) return;
    int damaged = random.nextBoolean() ? 1 : places.size();
    for (String place : places.subList(0, damaged)) {
      List<String> keys = List.copyOf(invariants.store().below(place).keySet());
      if (keys.isEmpty()) continue;
      String key = keys.get(random.nextInt(keys.size()));
      note("the store damages " + key);
      invariants.damages(key);
      invariants.store().damage(key, random);
    }
  }

  private void note(String what) {
    if (traced) trace.add(what);
  }

  private static String way(Checkpoints.Checkpoint checkpoint) {
    try {
      return Files.readString(checkpoint.artifact().fetch(STATE)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every second state is too large for one put. */
  private static byte[] state(String way, int step) {
    String padding = step % 200 == 0 ? " ".repeat(SimulatedBucket.SINGLE_PUT) : "";
    return bytes(way + padding);
  }

  /** One attempt of the activity. */
  private final class Attempt implements Runnable, SimulatedBucket.Line {
    private final String name;

    Attempt(String name) {
      this.name = name;
    }

    @Override
    public void run() {
      try {
        train(new Shelf(mutant.of(new SimulatedBucket(invariants.store(), this)), cache, Map.of()));
        trace("ends");
      } catch (StaleAttempt | StoreUnavailable | SimulatedBucket.Crash e) {
        trace("ends: " + e.getMessage());
      } catch (RuntimeException e) {
        trace("FAILS: " + e);
        if (failure == null) failure = e;
      }
    }

    private void train(Shelf shelf) {
      Optional<StoredArtifact> there = shelf.findWhole(RESULT);
      if (there.isPresent()) {
        invariants.ends(Invariants.text(there.get().bytes("network")));
        return;
      }
      boolean acknowledged = invariants.anyAcknowledged();
      int promised = random.nextBoolean() ? reported : 0;
      Checkpoints checkpoints = shelf.checkpoints("finetune", KEY, keep);
      trace("has epoch " + checkpoints.epoch());
      Set<String> damaged = invariants.damaged();
      Optional<Checkpoints.Checkpoint> from = from(checkpoints, promised);
      if (from.isEmpty()) invariants.beginsAtZero(acknowledged);
      String way = "";
      int step = 0;
      if (from.isPresent()) {
        way = way(from.get());
        step = from.get().step();
        trace("goes on from " + way);
        invariants.resumes(way, from.get().artifact().manifest(), damaged);
      }
      for (step += 100; step <= END; step += 100) {
        way = (way.isEmpty() ? "" : way + "/") + step + "@" + checkpoints.epoch();
        if (step < END) commit(checkpoints, way, step);
      }
      checkpoints.requireCurrent();
      StoredArtifact result =
          shelf
              .stage("finetune", KEY, NullNode.getInstance(), List.of())
              .add("network", bytes(way))
              .commit();
      invariants.ends(Invariants.text(result.bytes("network")));
    }

    private Optional<Checkpoints.Checkpoint> from(Checkpoints checkpoints, int promised) {
      try {
        return checkpoints.newestVerified(promised);
      } catch (LostCheckpoint e) {
        invariants.lost(e);
        if (mutant == Mutant.BEGINS_ANEW) return Optional.empty();
        throw new StaleAttempt(e.getMessage());
      }
    }

    private void commit(Checkpoints checkpoints, String way, int step) {
      invariants.stages(way);
      checkpoints
          .stage(step)
          .add(STATE, state(way, step))
          .add("curve.jsonl", bytes("curve"))
          .numbers(Map.of(Checkpoints.METRIC, (step * 7) % 5))
          .commit();
      trace("is told that " + way + " is committed");
      invariants.acknowledges(way);
      if (random.nextBoolean()) reported = Math.max(reported, step);
    }

    @Override
    public void pass() {
      if (failure != null) throw new SimulatedBucket.Crash();
      turns.pass();
    }

    @Override
    public Faults.Fate ofWrite() {
      calls++;
      return faults.ofWrite();
    }

    @Override
    public Faults.Fate ofRead() {
      calls++;
      return faults.ofRead();
    }

    @Override
    public boolean tears() {
      return faults.tears();
    }

    @Override
    public Random random() {
      return random;
    }

    @Override
    public void trace(String what) {
      if (traced) note(name + " " + what);
    }
  }

  /** A good line, and nobody else about. */
  private final class Calm implements SimulatedBucket.Line {
    @Override
    public void pass() {}

    @Override
    public Faults.Fate ofWrite() {
      return Faults.Fate.FINE;
    }

    @Override
    public Faults.Fate ofRead() {
      return Faults.Fate.FINE;
    }

    @Override
    public boolean tears() {
      return false;
    }

    @Override
    public Random random() {
      return random;
    }

    @Override
    public void trace(String what) {
      note("afterwards: " + what);
    }
  }
}
