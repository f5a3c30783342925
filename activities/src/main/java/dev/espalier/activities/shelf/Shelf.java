package dev.espalier.activities.shelf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.finetune.KeepPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All artifacts: {@code networks/<name>} for base networks, {@code stages/<stage>/<key>} for what
 * stages made. An artifact is its manifest and the parts that the manifest lists, nothing else.
 */
public final class Shelf {
  private static final Logger log = LoggerFactory.getLogger(Shelf.class);
  private static final int TRIES = 8;

  private final Bucket store;
  private final Cache cache;
  private final Map<String, String> createdBy;
  private final Claimant claimant;

  /**
   * @param cache local folder for fetched parts, of the default size
   * @param createdBy what to note in every manifest: versions, device, threads
   */
  public Shelf(Bucket store, Path cache, Map<String, String> createdBy) {
    this(store, new Cache(cache, Cache.DEFAULT_BYTES), createdBy);
  }

  /**
   * @param cache for fetched parts
   * @param createdBy what to note in every manifest: versions, device, threads
   */
  public Shelf(Bucket store, Cache cache, Map<String, String> createdBy) {
    this(store, cache, createdBy, Claimant.ANYBODY);
  }

  private Shelf(Bucket store, Cache cache, Map<String, String> createdBy, Claimant claimant) {
    this.store = store;
    this.cache = cache;
    this.createdBy = Map.copyOf(createdBy);
    this.claimant = claimant;
  }

  /** The same shelf, whose operations call {@code beat} about once a second while they wait. */
  public Shelf beating(Runnable beat) {
    return new Shelf(store.beating(beat), cache, createdBy, claimant);
  }

  /** The same shelf, whose checkpoints are taken over in the name of {@code other}. */
  public Shelf claimedBy(Claimant other) {
    return new Shelf(store, cache, createdBy, other);
  }

  Claimant claimant() {
    return claimant;
  }

  public Bucket store() {
    return store;
  }

  /**
   * Notes that {@code run} uses the result at {@code prefix}, or will: from now on no collection
   * deletes it until the run is over. To be called before the result is looked for.
   */
  public void use(String run, String prefix) {
    Uses.note(store, run, prefix);
  }

  /** Prefix of a stage's result. */
  public static String prefix(String stage, String key) {
    return "stages/" + ObjectNames.segment(stage) + "/" + ObjectNames.segment(key);
  }

  /**
   * The artifact at {@code prefix}, or nothing if it was never committed. Its parts are checked
   * when they are read.
   *
   * @throws CorruptArtifact if its manifest is torn or altered
   * @throws InvalidInput if {@code prefix} is no legal name, or a newer version of this program
   *     wrote the manifest
   */
  public Optional<StoredArtifact> find(String prefix) {
    return store
        .get(manifestKey(prefix))
        .map(found -> stored(Manifest.read(found.bytes(), prefix)));
  }

  /**
   * The artifact at {@code prefix} if all of it is right; a damaged one is logged and counts as
   * absent, so that its stage makes it again.
   */
  public Optional<StoredArtifact> findWhole(String prefix) {
    try {
      Optional<StoredArtifact> found = find(prefix);
      found.ifPresent(StoredArtifact::verify);
      return found;
    } catch (CorruptArtifact e) {
      log.warn("{}; it is made again", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * As {@link #find}, of an artifact that must be there.
   *
   * @throws InvalidInput if it is not
   */
  public StoredArtifact get(String prefix) {
    return find(prefix)
        .orElseThrow(() -> new InvalidInput("no artifact " + prefix + " on the shelf " + store));
  }

  /**
   * When the artifact at {@code prefix} was committed, by the store's clock, or nothing if it never
   * was.
   */
  public Optional<Instant> committed(String prefix) {
    return store.stat(manifestKey(prefix)).map(ObjectStore.Stat::modified);
  }

  /**
   * An artifact that lies in local files and is not put on the shelf.
   *
   * @param prefix where it would lie
   * @param parts part's name → file, read when they are asked for
   */
  public StoredArtifact local(String prefix, Map<String, Path> parts) throws IOException {
    return new StoredArtifact(
        new LocalParts(prefix, parts), cache, LocalParts.manifest(prefix, parts));
  }

  /**
   * Begins a stage's result. Of several attempts that commit, the first wins; all get its result.
   */
  public Staging stage(String stage, String key, JsonNode config, List<String> inputs) {
    return staging(prefix(stage, key), stage, config, inputs, 0, this::commitFirst);
  }

  /** Begins base network {@code networks/<name>}; the commit replaces one of that name. */
  public Staging network(String name, String stage, JsonNode config) {
    String prefix = "networks/" + ObjectNames.segment(name);
    return staging(prefix, stage, config, List.of(), 0, this::commitLast);
  }

  /** As {@link #checkpoints(String, String, KeepPolicy)}, of which the last two are kept. */
  public Checkpoints checkpoints(String stage, String key) {
    return checkpoints(stage, key, KeepPolicy.DEFAULT);
  }

  /**
   * Takes over the checkpoints of a stage's result: attempts before this one can commit no more.
   *
   * @param keep which checkpoints stay when there are newer ones
   * @throws InvalidInput if a name is not legal
   * @throws HeldByAnother if another claimant is at work on them
   */
  public Checkpoints checkpoints(String stage, String key, KeepPolicy keep) {
    return Checkpoints.claim(this, stage, prefix(stage, key) + "/checkpoints", keep);
  }

  /**
   * Looks whether {@link #checkpoints} would have to wait, before anything costly is begun.
   *
   * @throws HeldByAnother if another claimant is at work on them
   */
  public void requireFree(String stage, String key) {
    Lease.requireFree(store, prefix(stage, key) + "/checkpoints", claimant);
  }

  Staging checkpoint(
      String prefix, String stage, long epoch, Function<Manifest, StoredArtifact> commit) {
    return staging(prefix, stage, NullNode.getInstance(), List.of(), epoch, commit);
  }

  StoredArtifact stored(Manifest manifest) {
    return new StoredArtifact(store, cache, manifest);
  }

  /** When a manifest may take the place of another. */
  interface Replaces {
    boolean test(Manifest there);
  }

  /**
   * Puts the manifest, over another one only if that is damaged or {@code replaces} agrees.
   *
   * @return whether it was put
   */
  boolean put(Manifest manifest, Replaces replaces) {
    String key = manifestKey(manifest.artifact());
    byte[] json = manifest.toJson();
    for (int i = 0; i < TRIES; i++) {
      Optional<ObjectStore.Content> there = store.get(key);
      if (there.isEmpty()) {
        if (store.putIfAbsent(key, json).isPresent()) return true;
        continue;
      }
      Optional<Manifest> other = intact(there.get(), manifest.artifact());
      if (other.isPresent() && !replaces.test(other.get())) return false;
      if (store.putIfMatch(key, json, there.get().etag()).isPresent()) return true;
    }
    throw new StoreUnavailable(key + " keeps changing", new IllegalStateException(key));
  }

  /** Puts the manifest where there is none; false if there is another one. */
  boolean putNew(Manifest manifest) {
    return store.putIfAbsent(manifestKey(manifest.artifact()), manifest.toJson()).isPresent();
  }

  private static Optional<Manifest> intact(ObjectStore.Content found, String prefix) {
    try {
      return Optional.of(Manifest.read(found.bytes(), prefix));
    } catch (CorruptArtifact e) {
      return Optional.empty();
    }
  }

  private StoredArtifact commitFirst(Manifest manifest) {
    if (put(manifest, there -> !whole(there))) return stored(manifest);
    log.info("{} was committed by another attempt; its result is used", manifest.artifact());
    return get(manifest.artifact());
  }

  private StoredArtifact commitLast(Manifest manifest) {
    put(manifest, there -> true);
    return stored(manifest);
  }

  private boolean whole(Manifest manifest) {
    try {
      stored(manifest).verify();
      return true;
    } catch (CorruptArtifact e) {
      return false;
    }
  }

  private Staging staging(
      String prefix,
      String stage,
      JsonNode config,
      List<String> inputs,
      long epoch,
      Function<Manifest, StoredArtifact> commit) {
    Manifest draft =
        new Manifest(
            Manifest.SCHEMA,
            ObjectNames.path(prefix),
            stage,
            config,
            inputs,
            createdBy,
            epoch,
            List.of(),
            null);
    return new Staging(store, draft, commit);
  }

  private static String manifestKey(String prefix) {
    return ObjectNames.path(prefix) + "/" + Manifest.file(prefix);
  }
}
