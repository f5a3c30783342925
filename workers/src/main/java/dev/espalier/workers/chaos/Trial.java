package dev.espalier.workers.chaos;

import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;

/** One kind of failure, made often. */
interface Trial {
  /** The name on the command line. */
  String name();

  /** Runs of {@link Plans} whose references it needs. */
  int references(Scale scale);

  /** Whether it belongs to the short round that every change goes through. */
  default boolean quick() {
    return true;
  }

  /** Makes the failures and says what became of the runs. */
  Verdict run(Setting setting) throws Exception;

  /**
   * What a trial is given.
   *
   * @param folder its own, empty
   * @param random of the moments at which things fail
   * @param say shows a line of progress
   */
  record Setting(
      Tools tools,
      Path folder,
      References references,
      Scale scale,
      Random random,
      Consumer<String> say) {

    /** MinIO where there is one, else S3Proxy. */
    StoreKind store() {
      return tools.minio().isPresent() ? StoreKind.MINIO : StoreKind.S3PROXY;
    }
  }
}
