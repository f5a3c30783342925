package dev.espalier.workers.process;

import dev.espalier.activities.BaseNetworks;
import dev.espalier.activities.EvaluateStage;
import dev.espalier.activities.FinetuneStage;
import dev.espalier.activities.PlanStage;
import dev.espalier.activities.PruneStage;
import dev.espalier.activities.SvsStage;
import dev.espalier.activities.TrainStage;
import dev.espalier.activities.Workbench;
import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.metrics.StoreMeters;
import dev.espalier.activities.shelf.Cache;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.Patience;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.data.Datasets;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PlanActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.Recipes;
import dev.espalier.workflows.ReportActivity;
import dev.espalier.workflows.SvsActivity;
import dev.espalier.workflows.TrainActivity;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The stages that a process serves, each with what it needs. */
public record Stages(
    PlanActivity plan,
    PruneActivity prune,
    SvsActivity svs,
    FinetuneActivity finetune,
    EvaluateActivity evaluate,
    TrainActivity train,
    ReportActivity report) {

  /** Version of the stages' code, noted in every manifest. */
  private static final String VERSION = "0.1.0";

  /**
   * What stages are made of.
   *
   * @param settings variables, and the clone with its networks and data sets
   * @param folder local state; {@link WorkFolder#cache} is theirs
   * @param registry where meters are registered
   */
  public record Resources(
      Settings settings,
      WorkFolder folder,
      ObjectStore store,
      Recipes recipes,
      MeterRegistry registry) {}

  /** Makes the stages of a process. */
  public interface Assembly {
    Stages assemble(Resources resources);
  }

  /** The stages as they are run: over the shelf, metered. */
  public static Stages onShelf(Resources resources) {
    Workbench bench = bench(resources);
    return new Stages(
        new PlanStage(bench, resources.recipes()),
        new PruneStage(bench),
        new SvsStage(bench),
        new FinetuneStage(bench),
        new EvaluateStage(bench),
        new TrainStage(bench),
        new ReportStage(bench));
  }

  /** What stages on the shelf work with. */
  public static Workbench bench(Resources resources) {
    Settings settings = resources.settings();
    Map<String, String> createdBy =
        Map.of(
            "espalier",
            VERSION,
            "java",
            System.getProperty("java.version"),
            "pytorch",
            Torch.VERSION);
    Cache cache =
        new Cache(
            resources.folder().cache(),
            settings.number("ESPALIER_CACHE_GB", Cache.DEFAULT_BYTES >> 30) << 30);
    ObjectStore store =
        resources
            .store()
            .patient(patience(settings))
            .heardBy(new StoreMeters(resources.registry()));
    Shelf shelf = new Shelf(store, cache, createdBy);
    List<Path> roots = new ArrayList<>();
    settings.variable("ESPALIER_DATA").map(Path::of).ifPresent(roots::add);
    roots.add(settings.home().resolve("datasets"));
    roots.add(Path.of("/usr/share/datasets"));
    return new Workbench(
        shelf,
        new BaseNetworks(shelf, settings.home().resolve("networks")),
        new Datasets(roots, resources.folder().cache().resolve("data")),
        new StageMeters(resources.registry()),
        silence(settings));
  }

  /** How long a stage's native calls may take, {@code ESPALIER_SILENCE_SECONDS}. */
  private static Duration silence(Settings settings) {
    long seconds = settings.number("ESPALIER_SILENCE_SECONDS", Workbench.SILENCE.toSeconds());
    InvalidInput.require(
        seconds >= 1 && seconds <= 86_400,
        "ESPALIER_SILENCE_SECONDS is %d; legal are 1 to 86400",
        seconds);
    return Duration.ofSeconds(seconds);
  }

  /** {@code ESPALIER_STORE_PATIENCE_SECONDS}, for a store that is away as for one that is full. */
  private static Patience patience(Settings settings) {
    String name = "ESPALIER_STORE_PATIENCE_SECONDS";
    if (settings.variable(name).isEmpty()) return Patience.USUAL;
    Duration patience = Duration.ofSeconds(settings.number(name, 0));
    return new Patience(patience, patience);
  }

  /** What needs the device; one at a time. */
  List<Object> gpu() {
    return List.of(prune, svs, finetune, evaluate, train);
  }

  /** What needs none. */
  List<Object> cpu() {
    return List.of(plan, report);
  }
}
