package dev.espalier.workers.connection;

import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Config;
import dev.espalier.activities.shelf.StoreUnavailable;
import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The object store of this process: the S3 that {@code S3_ENDPOINT}, {@code S3_ACCESS_KEY}, {@code
 * S3_SECRET_KEY} and {@code S3_BUCKET} name, else a folder served in process. Both are reached
 * through the same client.
 */
public final class StoreConnection implements AutoCloseable {
  private static final String BUCKET = "espalier";

  private final ObjectStore store;
  private final String description;
  private final String identity;
  private final Runnable end;

  private StoreConnection(ObjectStore store, String description, String identity, Runnable end) {
    this.store = store;
    this.description = description;
    this.identity = identity;
    this.end = end;
  }

  /**
   * @throws InvalidInput if the variables are incomplete or nothing answers there
   */
  public static StoreConnection open(Settings settings, WorkFolder folder) throws IOException {
    Optional<S3Config> given = S3Config.from(settings.environment());
    return given.isPresent() ? named(ObjectStore.open(given.get())) : served(settings, folder);
  }

  /**
   * As {@link #open}, but an S3 that is away is waited for.
   *
   * @param said is told now and then what is waited for
   * @throws InvalidInput if the variables are incomplete, or what is there will not serve us
   *     however long one waits
   */
  public static StoreConnection awaited(Settings settings, WorkFolder folder, Consumer<String> said)
      throws IOException, InterruptedException {
    Optional<S3Config> given = S3Config.from(settings.environment());
    if (given.isEmpty()) return served(settings, folder);
    Waiting waiting = new Waiting(said);
    while (true) {
      try {
        return named(ObjectStore.reach(given.get()));
      } catch (StoreUnavailable e) {
        waiting.after(String.valueOf(e.getMessage()));
      }
    }
  }

  private static StoreConnection named(ObjectStore store) {
    String description = "S3 at " + store;
    return new StoreConnection(store, description, description, () -> {});
  }

  private static StoreConnection served(Settings settings, WorkFolder folder) throws IOException {
    S3Folder served = S3Folder.serve(folder.store());
    String bucket = settings.variable(S3Config.BUCKET).orElse(BUCKET);
    String description = "folder " + folder.store().resolve(bucket);
    ObjectStore store = ObjectStore.open(served.config(bucket));
    return new StoreConnection(
        store,
        description,
        description + " on " + host(),
        () -> {
          store.disconnect();
          served.close();
        });
  }

  public ObjectStore store() {
    return store;
  }

  /** What was chosen and where results lie, for a person. */
  public String description() {
    return description;
  }

  /** What tells this store from every other: the same for all processes that share it. */
  public String identity() {
    return identity;
  }

  @Override
  public void close() {
    end.run();
  }

  private static String host() {
    String process = ManagementFactory.getRuntimeMXBean().getName();
    return process.substring(process.indexOf('@') + 1);
  }
}
