package dev.espalier.workers.chaos;

import dev.espalier.compression.InvalidInput;
import java.util.List;

/** The one table of trials. */
final class Trials {
  private Trials() {}

  /** New ones: what a trial has counted is its own. */
  private static List<Trial> all() {
    return List.of(
        new WorkerKills(),
        new ServerCrashes("temporal-kill", true, StoreKind.MINIO),
        new ServerCrashes("minio-kill", false, StoreKind.MINIO),
        new ServerCrashes("s3proxy-kill", false, StoreKind.S3PROXY),
        new Terminations(),
        new Zombies(),
        new Corruption(),
        new StoreFaults(),
        new WrongClock(),
        new Fleet(),
        new PeerKills(),
        new SweepKills());
  }

  static List<String> names() {
    return all().stream().map(Trial::name).toList();
  }

  /**
   * Those of these names; without one all, or of a short round the quick ones.
   *
   * @throws InvalidInput for a name that there is not
   */
  static List<Trial> of(List<String> names, boolean quick) {
    for (String name : names) {
      InvalidInput.require(
          names().contains(name),
          "trial '%s' does not exist; legal: %s",
          name,
          String.join(", ", names()));
    }
    return all().stream()
        .filter(t -> names.isEmpty() ? !quick || t.quick() : names.contains(t.name()))
        .toList();
  }
}
