package dev.espalier.activities.shelf;

import java.time.Instant;
import java.util.List;

/**
 * All objects below one prefix at one moment.
 *
 * @param cutoff objects written before it are old
 */
record Folder(String prefix, List<ObjectStore.Stat> objects, Instant cutoff) {
  static Folder of(String prefix, List<ObjectStore.Stat> objects, Instant cutoff) {
    return new Folder(prefix, List.copyOf(objects), cutoff);
  }

  /** Garbage of a single object. */
  static Garbage one(ObjectStore.Stat object, String why) {
    return new Garbage(object.key(), why, object.size(), List.of(object.key()));
  }

  boolean isOld(ObjectStore.Stat object) {
    return object.modified().isBefore(cutoff);
  }

  /** Whether nothing was written since the cutoff. */
  boolean isOld() {
    return objects.stream().allMatch(this::isOld);
  }

  List<ObjectStore.Stat> old() {
    return objects.stream().filter(this::isOld).toList();
  }

  /** The folder of those below {@code name}. */
  Folder below(String name) {
    String place = prefix + "/" + name;
    return of(
        place, objects.stream().filter(o -> o.key().startsWith(place + "/")).toList(), cutoff);
  }

  /** Adds old objects that the store itself left of broken uploads. */
  void unfinished(List<Garbage> garbage) {
    old().stream()
        .filter(o -> !ObjectNames.legal(o.key()))
        .forEach(o -> garbage.add(one(o, "left by an upload that broke off")));
  }
}
