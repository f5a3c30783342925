package dev.espalier.activities.shelf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.finetune.KeepPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which checkpoints of one training nobody needs. Those that do not count, once they are old; and
 * where the training has ended and all of it is old, those that counted only to fall back on: what
 * stays are the newest that verifies, the best ones and the ones kept for ever.
 */
final class OldCheckpoints {
  private final Shelf shelf;
  private final Folder folder;
  private final Optional<Manifest> result;

  /**
   * @param training the training's whole folder
   * @param result the training's, if it has ended
   */
  OldCheckpoints(Shelf shelf, Folder training, Optional<Manifest> result) {
    this.shelf = shelf;
    this.folder = training.below("checkpoints");
    this.result = training.isOld() ? result : Optional.empty();
  }

  /**
   * Whether these are partial results of a stage that is no training; where no manifest can be read
   * they are taken for a training's.
   */
  boolean partial() {
    List<Manifest> manifests =
        places().keySet().stream().flatMap(name -> intact(name).stream()).toList();
    return manifests.isEmpty()
        ? places().isEmpty()
        : manifests.stream().allMatch(m -> m.part(Checkpoints.PARTIAL).isPresent());
  }

  private Optional<Manifest> intact(CheckpointName name) {
    try {
      return shelf.find(folder.prefix() + "/" + name).map(StoredArtifact::manifest);
    } catch (CorruptArtifact e) {
      return Optional.empty();
    }
  }

  /** What a stage keeps until its result is committed. */
  private void partial(List<Garbage> garbage) {
    List<ObjectStore.Stat> objects =
        folder.objects().stream()
            .filter(o -> Ledger.number(o.key()) == 0 && ObjectNames.legal(o.key()))
            .sorted(Comparator.comparing(o -> !o.key().endsWith("/checkpoint.json")))
            .toList();
    if (objects.isEmpty()) return;
    garbage.add(
        new Garbage(
            folder.prefix(),
            "partial results of a stage that has ended",
            objects.stream().mapToLong(ObjectStore.Stat::size).sum(),
            objects.stream().map(ObjectStore.Stat::key).toList()));
  }

  void find(List<Garbage> garbage) {
    if (result.isPresent() && partial()) {
      partial(garbage);
      return;
    }
    long highest = folder.objects().stream().mapToLong(o -> Ledger.number(o.key())).max().orElse(0);
    Optional<Ledger> ledger =
        highest == 0
            ? Optional.empty()
            : shelf
                .store()
                .get(folder.prefix() + "/" + Ledger.file(highest))
                .flatMap(found -> Ledger.read(found.bytes(), folder.prefix(), highest));
    // Without a ledger nobody knows what counts, and the next attempt looks at everything.
    if (ledger.isEmpty()) return;
    folder.old().stream()
        .filter(o -> Ledger.number(o.key()) > 0 && Ledger.number(o.key()) < highest - 1)
        .forEach(o -> garbage.add(Folder.one(o, "an outdated ledger")));
    Map<CheckpointName, List<ObjectStore.Stat>> places = places();
    Set<CheckpointName> counted = new HashSet<>();
    ledger.get().entries().forEach(e -> counted.add(new CheckpointName(e.step(), e.epoch())));
    int newest = counted.stream().mapToInt(CheckpointName::step).max().orElse(0);
    places.forEach(
        (name, objects) -> {
          // One that is ahead may have been written just before its attempt was killed.
          if (counted.contains(name) || name.step() > newest) return;
          if (objects.stream().allMatch(folder::isOld)) {
            garbage.add(garbage(name, objects, "a checkpoint that does not count"));
          }
        });
    if (result.isPresent()) ended(result.get(), ledger.get().entries(), places, garbage);
  }

  private void ended(
      Manifest training,
      List<Ledger.Entry> entries,
      Map<CheckpointName, List<ObjectStore.Stat>> places,
      List<Garbage> garbage) {
    KeepPolicy policy = policy(training.config());
    KeepPolicy afterEnd = new KeepPolicy(1, policy.best(), policy.every());
    List<Ledger.Entry> go = new ArrayList<>(entries);
    go.removeAll(afterEnd.kept(entries, Ledger.Entry::step, this::metric));
    if (go.isEmpty()) return;
    Optional<Ledger.Entry> verified = entries.stream().filter(this::verifies).findFirst();
    if (verified.isEmpty()) return;
    go.remove(verified.get());
    for (Ledger.Entry entry : go) {
      CheckpointName name = name(entry);
      List<ObjectStore.Stat> objects = places.getOrDefault(name, List.of());
      if (objects.isEmpty()) continue;
      garbage.add(garbage(name, objects, "its training has ended and a later one verifies"));
    }
  }

  private Map<CheckpointName, List<ObjectStore.Stat>> places() {
    Map<CheckpointName, List<ObjectStore.Stat>> places =
        new TreeMap<>(
            Comparator.comparing(CheckpointName::step).thenComparing(CheckpointName::epoch));
    for (ObjectStore.Stat object : folder.objects()) {
      CheckpointName.of(object.key())
          .ifPresent(name -> places.computeIfAbsent(name, n -> new ArrayList<>()).add(object));
    }
    return places;
  }

  private boolean verifies(Ledger.Entry entry) {
    try {
      Optional<StoredArtifact> found = shelf.find(folder.prefix() + "/" + name(entry));
      if (found.isEmpty() || !found.get().manifest().seal().equals(entry.manifest())) return false;
      found.get().verify();
      return true;
    } catch (CorruptArtifact e) {
      return false;
    }
  }

  private double metric(Ledger.Entry entry) {
    try {
      return shelf
          .find(folder.prefix() + "/" + name(entry))
          .map(found -> found.numbers().path(Checkpoints.METRIC).asDouble(Double.NaN))
          .orElse(Double.NaN);
    } catch (CorruptArtifact e) {
      return Double.NaN;
    }
  }

  private static CheckpointName name(Ledger.Entry entry) {
    return new CheckpointName(entry.step(), entry.epoch());
  }

  /** As its plan said; a stage that trains from random weights has it one level down. */
  private static KeepPolicy policy(JsonNode config) {
    for (JsonNode keep : List.of(config.path("keep"), config.path("finetune").path("keep"))) {
      if (keep.isObject()) return Json.bind(keep, KeepPolicy.class, "keep");
    }
    return KeepPolicy.DEFAULT;
  }

  private Garbage garbage(CheckpointName name, List<ObjectStore.Stat> objects, String why) {
    String place = folder.prefix() + "/" + name;
    return new Garbage(
        place,
        why,
        objects.stream().mapToLong(ObjectStore.Stat::size).sum(),
        objects.stream()
            .map(ObjectStore.Stat::key)
            .sorted(Comparator.comparing(key -> !key.equals(place + "/" + Manifest.file(place))))
            .toList());
  }
}
