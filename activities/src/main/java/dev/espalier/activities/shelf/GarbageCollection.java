package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and deletes what nobody needs any more. Needed are: every base network; what a finished run
 * names in {@code runs/<run>/}; what a run that is not over uses; what any of these was made from,
 * by the manifests' inputs; and of every training the newest checkpoint that verifies. Whatever was
 * written within the grace is left alone: somebody may be about to use it. Age is the store's
 * affair alone: its time of writing against its own clock.
 *
 * <p>A result's manifest goes before its parts, and comes back if a run noted its use meanwhile; a
 * collection that is killed leaves parts without a manifest, which the next one takes.
 */
public final class GarbageCollection {
  /** 7 days. */
  public static final Duration GRACE = Duration.ofDays(7);

  private static final Logger log = LoggerFactory.getLogger(GarbageCollection.class);
  private static final Duration LEAST_GRACE = Duration.ofHours(1);
  private static final String CLOCK = "collection/clock";
  private static final String CHECKPOINTS = "/checkpoints";

  /** Made from a network alone and never named by a run; kept as long as what it was made from. */
  private static final Set<String> COMPANIONS = Set.of("spectrum");

  private final Shelf shelf;
  private final Bucket store;
  private final Duration grace;
  private final Set<String> openRuns;
  private final Map<String, List<Uses.Use>> uses = new HashMap<>();
  private final Map<String, Optional<Manifest>> manifests = new HashMap<>();

  /**
   * @param grace at least an hour
   * @param openRuns runs that are not over, however long they have written nothing
   * @throws InvalidInput if the grace is shorter
   */
  public GarbageCollection(Shelf shelf, Duration grace, Collection<String> openRuns) {
    InvalidInput.require(
        grace.compareTo(LEAST_GRACE) >= 0,
        "--older-than: a grace of %s; legal is an hour or more",
        grace);
    this.shelf = shelf;
    this.store = shelf.store();
    this.grace = grace;
    this.openRuns = Set.copyOf(openRuns);
  }

  /**
   * What there is to delete, nothing being deleted.
   *
   * @throws InvalidInput if a newer version of this program wrote to this store: what that needs is
   *     not known here
   */
  public List<Garbage> find() {
    Instant cutoff = storeTime().minus(grace);
    Map<String, Folder> folders = folders(cutoff);
    Set<String> needed = needed(folders, cutoff);
    List<Garbage> garbage = new ArrayList<>();
    for (Folder folder : folders.values()) {
      if (folder.prefix().startsWith("networks/")) {
        unlisted(folder, garbage);
      } else if (needed.contains(folder.prefix()) || !folder.isOld()) {
        unlisted(folder, garbage);
        new OldCheckpoints(shelf, folder, manifest(folder)).find(garbage);
      } else {
        unneeded(folder, garbage);
      }
    }
    Folder.of("runs", store.listEverything("runs"), cutoff).unfinished(garbage);
    notes(folders, cutoff, garbage);
    return garbage;
  }

  /**
   * Deletes, and tells of each thing deleted. What came into use meanwhile stays and is not told.
   */
  public void delete(List<Garbage> garbage, Consumer<Garbage> deleted) {
    for (Garbage one : garbage) {
      if (delete(one)) deleted.accept(one);
    }
  }

  private boolean delete(Garbage one) {
    String manifest = one.objects().get(0);
    boolean result = manifest.equals(one.what() + "/" + Manifest.file(one.what()));
    if (!result || !one.what().startsWith("stages/")) {
      one.objects().forEach(store::delete);
      return true;
    }
    if (manifest.contains(CHECKPOINTS + "/")) {
      one.objects().forEach(store::delete);
      return true;
    }
    if (cameIntoUse(one.what())) return false;
    Optional<ObjectStore.Content> content = store.get(manifest);
    store.delete(manifest);
    if (cameIntoUse(one.what())) {
      content.ifPresent(c -> store.putIfAbsent(manifest, c.bytes()));
      return false;
    }
    for (String part : one.objects().subList(1, one.objects().size())) {
      if (store.stat(manifest).isPresent() || cameIntoUse(one.what())) {
        log.info("{} is being made again; the rest of it stays", one.what());
        return true;
      }
      store.delete(part);
    }
    return true;
  }

  /** Whether there are notes of its use that were not there when it was found. */
  private boolean cameIntoUse(String artifact) {
    Set<Uses.Use> known = new HashSet<>(uses.getOrDefault(artifact, List.of()));
    return !known.containsAll(Uses.of(store, artifact));
  }

  /** The time by the store's own clock. */
  private Instant storeTime() {
    store.put(CLOCK, new byte[] {'t'});
    Instant now = store.stat(CLOCK).map(ObjectStore.Stat::modified).orElse(Instant.MAX);
    store.delete(CLOCK);
    InvalidInput.require(
        now.isBefore(Instant.MAX), "the object store %s does not say when objects change", store);
    return now;
  }

  private Map<String, Folder> folders(Instant cutoff) {
    Map<String, List<ObjectStore.Stat>> objects = new TreeMap<>();
    for (ObjectStore.Stat object : store.listEverything("stages")) group(objects, object, 3);
    for (ObjectStore.Stat object : store.listEverything("networks")) group(objects, object, 2);
    Map<String, Folder> folders = new TreeMap<>();
    objects.forEach((prefix, found) -> folders.put(prefix, Folder.of(prefix, found, cutoff)));
    return folders;
  }

  private static void group(
      Map<String, List<ObjectStore.Stat>> folders, ObjectStore.Stat object, int segments) {
    String[] path = object.key().split("/");
    if (path.length <= segments) return;
    String prefix = String.join("/", List.of(path).subList(0, segments));
    if (ObjectNames.legal(prefix)) {
      folders.computeIfAbsent(prefix, p -> new ArrayList<>()).add(object);
    }
  }

  private Set<String> needed(Map<String, Folder> folders, Instant cutoff) {
    Set<String> needed = new HashSet<>();
    List<String> open = new ArrayList<>(named());
    open.addAll(inUse(folders, cutoff));
    folders.values().stream()
        .filter(folder -> folder.prefix().startsWith("networks/") || !folder.isOld())
        .forEach(folder -> open.add(folder.prefix()));
    while (true) {
      while (!open.isEmpty()) {
        String artifact = open.remove(open.size() - 1);
        Folder folder = folders.get(artifact);
        if (folder == null || !needed.add(artifact)) continue;
        manifest(folder).ifPresent(m -> open.addAll(inputs(m)));
      }
      for (Folder folder : folders.values()) {
        if (!needed.contains(folder.prefix()) && accompanies(folder, needed)) {
          open.add(folder.prefix());
        }
      }
      if (open.isEmpty()) return needed;
    }
  }

  private boolean accompanies(Folder folder, Set<String> needed) {
    if (!COMPANIONS.contains(folder.prefix().split("/")[1])) return false;
    return manifest(folder).filter(m -> needed.containsAll(inputs(m))).isPresent();
  }

  private static List<String> inputs(Manifest manifest) {
    return manifest.inputs().stream().map(ArtifactNames::prefix).flatMap(Optional::stream).toList();
  }

  /** What finished runs name, wherever in their JSON files. */
  private Set<String> named() {
    Set<String> named = new HashSet<>();
    for (ObjectStore.Stat object : store.list("runs")) {
      if (!object.key().endsWith(".json")) continue;
      store.get(object.key()).ifPresent(c -> ArtifactNames.in(c.bytes(), object.key(), named));
    }
    return named;
  }

  /** What runs that are not over have noted. */
  private Set<String> inUse(Map<String, Folder> folders, Instant cutoff) {
    Map<String, List<Uses.Use>> byRun = new HashMap<>();
    for (Uses.Use use : Uses.all(store)) {
      uses.computeIfAbsent(use.artifact(), a -> new ArrayList<>()).add(use);
      byRun.computeIfAbsent(use.run(), r -> new ArrayList<>()).add(use);
    }
    Set<String> inUse = new HashSet<>();
    byRun.forEach(
        (run, used) -> {
          boolean works =
              used.stream().anyMatch(u -> u.noted().isAfter(cutoff) || young(folders, u));
          if (works || openRuns.contains(run)) used.forEach(u -> inUse.add(u.artifact()));
        });
    return inUse;
  }

  private static boolean young(Map<String, Folder> folders, Uses.Use use) {
    Folder folder = folders.get(use.artifact());
    return folder != null && !folder.isOld();
  }

  private Optional<Manifest> manifest(Folder folder) {
    return manifests.computeIfAbsent(folder.prefix(), this::readManifest);
  }

  /** A damaged one tells nothing and counts as none. */
  private Optional<Manifest> readManifest(String prefix) {
    try {
      return shelf.find(prefix).map(StoredArtifact::manifest);
    } catch (CorruptArtifact e) {
      return Optional.empty();
    }
  }

  /** What crashed or beaten attempts left in a folder that is needed. */
  private void unlisted(Folder folder, List<Garbage> garbage) {
    folder.unfinished(garbage);
    Optional<Manifest> manifest = manifest(folder);
    if (manifest.isEmpty()) return;
    Set<String> listed = new HashSet<>();
    listed.add(folder.prefix() + "/" + Manifest.file(folder.prefix()));
    manifest.get().parts().forEach(p -> listed.add(folder.prefix() + "/" + p.object()));
    folder.old().stream()
        .filter(o -> !listed.contains(o.key()) && ObjectNames.legal(o.key()))
        .filter(o -> !o.key().startsWith(folder.prefix() + CHECKPOINTS + "/"))
        .forEach(o -> garbage.add(Folder.one(o, "not in its manifest")));
  }

  /** A result that no run needs, or what is left of one; but never a training's last checkpoint. */
  private void unneeded(Folder folder, List<Garbage> garbage) {
    OldCheckpoints checkpoints = new OldCheckpoints(shelf, folder, manifest(folder));
    boolean all = checkpoints.partial();
    if (!all) checkpoints.find(garbage);
    String manifest = folder.prefix() + "/" + Manifest.file(folder.prefix());
    List<ObjectStore.Stat> objects =
        folder.objects().stream()
            .filter(o -> all || !o.key().startsWith(folder.prefix() + CHECKPOINTS + "/"))
            .sorted(Comparator.comparing(o -> !o.key().equals(manifest)))
            .toList();
    if (objects.isEmpty()) return;
    boolean whole = objects.get(0).key().equals(manifest);
    garbage.add(
        new Garbage(
            folder.prefix(),
            whole ? "no run needs it" : "parts without a manifest",
            objects.stream().mapToLong(ObjectStore.Stat::size).sum(),
            objects.stream().map(ObjectStore.Stat::key).toList()));
  }

  /** Notes of runs that are over. */
  private void notes(Map<String, Folder> folders, Instant cutoff, List<Garbage> garbage) {
    Set<String> alive = new HashSet<>(openRuns);
    uses.values().stream()
        .flatMap(List::stream)
        .filter(u -> u.noted().isAfter(cutoff) || young(folders, u))
        .forEach(u -> alive.add(u.run()));
    List<String> over =
        uses.values().stream()
            .flatMap(List::stream)
            .filter(u -> !alive.contains(u.run()))
            .map(Uses.Use::object)
            .sorted()
            .toList();
    if (!over.isEmpty()) garbage.add(new Garbage(Uses.FOLDER, "of runs that are over", 0, over));
  }
}
