package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.finetune.KeepPolicy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one training, as one attempt sees them. Each lies in a folder such as {@code
 * step-00001500-epoch-3} with its {@code checkpoint.json}; the ledger beside them says which count
 * and which attempt may write.
 *
 * <p>Commit: parts, manifest, read all back, then the next ledger where there must be none yet,
 * then delete what the {@link KeepPolicy} lets go. A crash at any point leaves the previous
 * checkpoint valid; an attempt that was overtaken is stopped by the ledger.
 */
public final class Checkpoints {
  /** The number by which a {@link KeepPolicy} tells the best; lower is better. */
  public static final String METRIC = "validationLoss";

  /**
   * Part that tells the partial results of a stage from the checkpoints of a training: what was
   * computed once can be computed again, so these may go when their stage has ended.
   */
  public static final String PARTIAL = "partial.json";

  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
  private static final String MANIFEST = "checkpoint.json";

  private final Shelf shelf;
  private final String stage;
  private final String prefix;
  private final Lease lease;
  private final KeepPolicy keep;
  private final Map<Ledger.Entry, Double> metrics = new HashMap<>();

  /** A checkpoint all of whose parts were found right. */
  public record Checkpoint(int step, StoredArtifact artifact) {}

  private Checkpoints(Shelf shelf, String stage, String prefix, Lease lease, KeepPolicy keep) {
    this.shelf = shelf;
    this.stage = stage;
    this.prefix = prefix;
    this.lease = lease;
    this.keep = keep;
  }

  /** Makes this attempt the only one that can commit. */
  static Checkpoints claim(Shelf shelf, String stage, String prefix, KeepPolicy keep) {
    Lease lease =
        Lease.claim(shelf.store(), prefix, shelf.claimant(), () -> written(shelf, prefix));
    return new Checkpoints(shelf, stage, prefix, lease, keep);
  }

  /** Those of another training, to be read alone. */
  static Checkpoints look(Shelf shelf, String stage, String key) {
    String prefix = Shelf.prefix(stage, key) + "/checkpoints";
    return new Checkpoints(
        shelf, stage, prefix, Lease.look(shelf.store(), prefix), KeepPolicy.DEFAULT);
  }

  /** This attempt's number; later attempts have higher ones. */
  public long epoch() {
    return lease.epoch();
  }

  /**
   * The newest checkpoint that verifies. Damaged ones are logged and passed over. Its parts are
   * fetched, so that {@link StoredArtifact#fetch} costs no transfer.
   *
   * @param promisedStep a checkpoint's step that the previous attempt reported; 0 for none
   * @return nothing if there never was one: begin at step 0
   * @throws LostCheckpoint if there was one and none verifies
   * @throws InvalidInput if a newer version of this program wrote it
   * @throws StaleAttempt if another attempt took over
   */
  public Optional<Checkpoint> newestVerified(int promisedStep) {
    List<Ledger.Entry> listed = lease.entries();
    Optional<Checkpoint> newest =
        Stream.concat(unlisted(), listed.stream()).flatMap(e -> verified(e).stream()).findFirst();
    if (newest.isEmpty() && (promisedStep > 0 || !listed.isEmpty() || lease.lost())) {
      // Whoever took over may have deleted them.
      lease.requireCurrent();
      throw new LostCheckpoint(
          String.format(
              "%s: a checkpoint was promised (step %d) and none verifies; delete this prefix to"
                  + " begin at step 0",
              prefix, Math.max(promisedStep, listed.isEmpty() ? 0 : listed.get(0).step())));
    }
    newest.ifPresent(found -> goOnFrom(found, promisedStep));
    return newest;
  }

  /**
   * The newest listed checkpoint of at most {@code step} steps that verifies, fetched as by {@link
   * #newestVerified}. Damaged ones are logged and passed over; none is taken off the list.
   */
  public Optional<Checkpoint> newestUpTo(int step) {
    return lease.entries().stream()
        .filter(e -> e.step() <= step)
        .flatMap(e -> verified(e).stream())
        .findFirst();
  }

  /** Whether this attempt's checkpoint of {@code step} is listed: it cannot be written again. */
  public boolean lists(int step) {
    return lease.entries().stream().anyMatch(e -> e.step() == step && e.epoch() == epoch());
  }

  /** Steps of the checkpoints that count, newest first. */
  List<Integer> steps() {
    return lease.entries().stream().map(Ledger.Entry::step).toList();
  }

  /**
   * Begins the checkpoint of {@code step}; its {@link Staging#commit()} makes it count.
   *
   * @throws StaleAttempt if another attempt took over, here or at the commit
   */
  public Staging stage(int step) {
    InvalidInput.require(step > 0, "checkpoint of step %d: steps count from 1", step);
    lease.requireCurrent();
    return shelf.checkpoint(place(step, lease.epoch()), stage, lease.epoch(), this::commit);
  }

  /**
   * Checks that this attempt may still write, for what it writes elsewhere.
   *
   * @throws StaleAttempt if another attempt took over
   */
  public void requireCurrent() {
    lease.requireCurrent();
  }

  private StoredArtifact commit(Manifest manifest) {
    lease.requireCurrent();
    if (!shelf.putNew(manifest)) {
      throw new IllegalStateException(manifest.artifact() + " was written before, and differs");
    }
    StoredArtifact written = readBack(manifest);
    count(manifest);
    deleteUncounted();
    return written;
  }

  private StoredArtifact readBack(Manifest manifest) {
    try {
      StoredArtifact written = shelf.get(manifest.artifact());
      written.verify();
      return written;
    } catch (CorruptArtifact | InvalidInput e) {
      // Whoever took over may have deleted it.
      lease.requireCurrent();
      throw new StoreUnavailable("the store gave back other bytes than were put", e);
    }
  }

  private void goOnFrom(Checkpoint found, int promisedStep) {
    if (found.step() < promisedStep) {
      log.warn("{}: step {} was promised, going on from {}", prefix, promisedStep, found.step());
    }
    Ledger.Entry newest = Ledger.Entry.of(found.artifact().manifest());
    lease.replace(Stream.concat(Stream.of(newest), before(newest)).toList());
  }

  /** Makes the checkpoint of {@code manifest} the newest that counts. */
  private void count(Manifest manifest) {
    Ledger.Entry newest = Ledger.Entry.of(manifest);
    metrics.put(newest, metric(manifest));
    List<Ledger.Entry> all = Stream.concat(Stream.of(newest), before(newest)).toList();
    lease.replace(keep.kept(all, Ledger.Entry::step, this::metric));
  }

  /** What is listed and not undone by going on from {@code newest}. */
  private Stream<Ledger.Entry> before(Ledger.Entry newest) {
    return lease.entries().stream().filter(e -> e.step() < newest.step());
  }

  private double metric(Ledger.Entry entry) {
    return metrics.computeIfAbsent(
        entry, e -> intact(shelf, place(e)).map(Checkpoints::metric).orElse(Double.NaN));
  }

  private static double metric(Manifest manifest) {
    return manifest.numbers().path(METRIC).asDouble(Double.NaN);
  }

  /** What the previous attempt wrote and was killed before it could list, newest first. */
  private Stream<Ledger.Entry> unlisted() {
    int newest = lease.entries().stream().mapToInt(Ledger.Entry::step).max().orElse(0);
    return written(shelf, prefix).stream()
        .map(Ledger.Entry::of)
        .filter(e -> e.epoch() == lease.previousEpoch() && e.step() > newest)
        .sorted(Comparator.comparingInt(Ledger.Entry::step).reversed());
  }

  private Optional<Checkpoint> verified(Ledger.Entry entry) {
    String place = place(entry.step(), entry.epoch());
    try {
      StoredArtifact artifact =
          shelf.find(place).orElseThrow(() -> new CorruptArtifact(place, MANIFEST, "is missing"));
      if (!artifact.manifest().seal().equals(entry.manifest())) {
        throw new CorruptArtifact(place, MANIFEST, "is not the one in the ledger");
      }
      artifact.manifest().parts().forEach(artifact::refetch);
      return Optional.of(new Checkpoint(entry.step(), artifact));
    } catch (CorruptArtifact e) {
      log.warn("checkpoint passed over: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Every intact checkpoint manifest, listed or not. */
  private static List<Manifest> written(Shelf shelf, String prefix) {
    return shelf.store().list(prefix).stream()
        .flatMap(object -> CheckpointName.of(object.key()).stream())
        .distinct()
        .flatMap(name -> intact(shelf, prefix + "/" + name).stream())
        .toList();
  }

  private static Optional<Manifest> intact(Shelf shelf, String place) {
    try {
      return shelf.find(place).map(StoredArtifact::manifest);
    } catch (CorruptArtifact e) {
      return Optional.empty();
    }
  }

  /** Never what a later attempt wrote: this one may have been overtaken since its commit. */
  private void deleteUncounted() {
    shelf.store().listEverything(prefix).stream()
        .map(ObjectStore.Stat::key)
        .filter(this::uncounted)
        .sorted(Comparator.comparing(key -> !key.endsWith("/" + MANIFEST)))
        .forEach(shelf.store()::delete);
  }

  private boolean uncounted(String key) {
    long ledger = Ledger.number(key);
    if (ledger > 0) return lease.outdated(ledger);
    return CheckpointName.of(key)
        .filter(name -> name.epoch() <= lease.epoch())
        .filter(name -> lease.entries().stream().noneMatch(e -> place(e).equals(place(name))))
        .isPresent();
  }

  private String place(Ledger.Entry entry) {
    return place(entry.step(), entry.epoch());
  }

  private String place(CheckpointName name) {
    return prefix + "/" + name;
  }

  private String place(int step, long epoch) {
    return place(new CheckpointName(step, epoch));
  }
}
