package dev.espalier.workers.chaos;

import dev.espalier.compression.InvalidInput;
import java.util.List;

/** The one table of trials. */
final class Trials {
  private static final List<Trial> ALL =
      List.of(
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
          new PeerKills());

  private Trials() {}

  static List<String> names() {
    return ALL.stream().map(Trial::name).toList();
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
    return ALL.stream()
        .filter(t -> names.isEmpty() ? !quick || t.quick() : names.contains(t.name()))
        .toList();
  }
}
