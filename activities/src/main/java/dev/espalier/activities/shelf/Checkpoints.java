package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one training, as one attempt sees them. Each lies under {@code step-00001500/}
 * with its {@code checkpoint.json}; {@code ledger.json} beside them says which count and which
 * attempt may write.
 *
 * <p>Commit: parts, manifest, read all back, then the ledger by a conditional put, then delete what
 * is older than the {@value #KEPT} newest. A crash at any point leaves the previous checkpoint
 * valid; an attempt that was overtaken is stopped by the ledger.
 */
public final class Checkpoints {
  /** How many are kept. */
  public static final int KEPT = 2;

  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
  private static final Pattern OBJECT = Pattern.compile(".*/step-(\\d{8,10})/([^/]+)");

  private final Shelf shelf;
  private final String stage;
  private final String prefix;
  private final Lease lease;

  /** A checkpoint all of whose parts were found right. */
  public record Checkpoint(int step, StoredArtifact artifact) {}

  private Checkpoints(Shelf shelf, String stage, String prefix, Lease lease) {
    this.shelf = shelf;
    this.stage = stage;
    this.prefix = prefix;
    this.lease = lease;
  }

  /** Makes this attempt the only one that can commit. */
  static Checkpoints claim(Shelf shelf, String stage, String prefix) {
    Lease lease = Lease.claim(shelf.store(), prefix, written(shelf, prefix));
    return new Checkpoints(shelf, stage, prefix, lease);
  }

  /** This attempt's number among all that ever took over. */
  public long epoch() {
    return lease.epoch();
  }

  /**
   * The newest checkpoint that verifies. Damaged ones are logged and passed over. Its parts are
   * fetched, so that reading them again costs no transfer.
   *
   * @param promisedStep a checkpoint's step that the previous attempt reported; 0 for none
   * @return nothing if there never was one: begin at step 0
   * @throws LostCheckpoint if there was one and none verifies
   * @throws StaleAttempt if another attempt took over
   */
  public Optional<Checkpoint> newestVerified(int promisedStep) {
    List<Ledger.Entry> listed = lease.ledger().entries();
    Optional<Checkpoint> newest =
        Stream.concat(unlisted(), listed.stream()).flatMap(e -> verified(e).stream()).findFirst();
    if (newest.isEmpty() && (promisedStep > 0 || !listed.isEmpty() || lease.ledger().lost())) {
      throw new LostCheckpoint(
          String.format(
              "%s: a checkpoint was promised (step %d) and none verifies; delete this prefix to"
                  + " begin at step 0",
              prefix, Math.max(promisedStep, listed.isEmpty() ? 0 : listed.get(0).step())));
    }
    newest.ifPresent(found -> begin(found, promisedStep));
    return newest;
  }

  /**
   * Begins the checkpoint of {@code step}; its {@link Staging#commit()} makes it count.
   *
   * @throws StaleAttempt if another attempt took over, here or at the commit
   */
  public Staging stage(int step) {
    InvalidInput.require(step > 0, "checkpoint of step %d: steps count from 1", step);
    lease.requireCurrent();
    return shelf.checkpoint(at(step), stage, lease.epoch(), this::commit);
  }

  /**
   * Checks that this attempt may still write, for what it writes elsewhere.
   *
   * @throws StaleAttempt if another attempt took over
   */
  public void requireCurrent() {
    lease.requireCurrent();
  }

  static int step(Manifest manifest) {
    return Integer.parseInt(manifest.key().substring("step-".length()));
  }

  private StoredArtifact commit(Manifest manifest) {
    if (!shelf.put(manifest, there -> there.epoch() <= lease.epoch())) throw lease.overtaken();
    StoredArtifact written = readBack(manifest);
    int step = step(manifest);
    List<Ledger.Entry> older =
        lease.ledger().entries().stream().filter(e -> e.step() < step).limit(KEPT - 1).toList();
    Ledger.Entry entry = new Ledger.Entry(step, manifest.seal());
    lease.replace(Stream.concat(Stream.of(entry), older.stream()).toList());
    deleteBefore(older.isEmpty() ? step : older.get(older.size() - 1).step());
    return written;
  }

  private StoredArtifact readBack(Manifest manifest) {
    try {
      StoredArtifact written = shelf.get(manifest.artifact());
      written.verify();
      return written;
    } catch (CorruptArtifact e) {
      throw new StoreUnavailable("the store gave back other bytes than were put", e);
    }
  }

  private void begin(Checkpoint found, int promisedStep) {
    if (found.step() < promisedStep) {
      log.warn("{}: step {} was promised, going on from {}", prefix, promisedStep, found.step());
    }
    Ledger.Entry entry = new Ledger.Entry(found.step(), found.artifact().manifest().seal());
    Stream<Ledger.Entry> older =
        lease.ledger().entries().stream().filter(e -> e.step() < found.step());
    lease.replace(Stream.concat(Stream.of(entry), older).toList());
  }

  /** What the previous attempt wrote and was killed before it could list, newest first. */
  private Stream<Ledger.Entry> unlisted() {
    int newest = lease.ledger().entries().stream().mapToInt(Ledger.Entry::step).max().orElse(0);
    return written(shelf, prefix).stream()
        .filter(m -> m.epoch() == lease.previousEpoch() && step(m) > newest)
        .map(m -> new Ledger.Entry(step(m), m.seal()))
        .sorted(Comparator.comparingInt(Ledger.Entry::step).reversed());
  }

  private Optional<Checkpoint> verified(Ledger.Entry entry) {
    String place = at(entry.step());
    try {
      Optional<StoredArtifact> found = shelf.find(place);
      if (found.isEmpty()) throw new CorruptArtifact(place, "checkpoint.json", "is missing");
      StoredArtifact artifact = found.get();
      if (!artifact.manifest().seal().equals(entry.manifest())) {
        throw new CorruptArtifact(place, "checkpoint.json", "is not the one in the ledger");
      }
      artifact.manifest().parts().forEach(part -> artifact.fetch(part.name()));
      return Optional.of(new Checkpoint(entry.step(), artifact));
    } catch (CorruptArtifact e) {
      log.warn("checkpoint passed over: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Every intact checkpoint manifest, listed or not. */
  private static List<Manifest> written(Shelf shelf, String prefix) {
    return shelf.store().list(prefix).stream()
        .map(object -> object.key().substring(0, object.key().lastIndexOf('/')))
        .distinct()
        .filter(place -> OBJECT.matcher(place + "/checkpoint.json").matches())
        .flatMap(place -> intact(shelf, place).stream())
        .toList();
  }

  private static Optional<Manifest> intact(Shelf shelf, String place) {
    try {
      return shelf.find(place).map(StoredArtifact::manifest);
    } catch (CorruptArtifact e) {
      return Optional.empty();
    }
  }

  private void deleteBefore(int step) {
    shelf.store().listEverything(prefix).stream()
        .map(object -> OBJECT.matcher(object.key()))
        .filter(object -> object.matches() && Integer.parseInt(object.group(1)) < step)
        .sorted(Comparator.comparing(object -> !object.group(2).equals("checkpoint.json")))
        .map(Matcher::group)
        .forEach(shelf.store()::delete);
  }

  private String at(int step) {
    return String.format("%s/step-%08d", prefix, step);
  }
}
