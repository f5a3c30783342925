package dev.espalier.workers.process;

import dev.espalier.activities.shelf.ObjectStore;
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
import java.util.List;

/** The stages that a process serves, each with what it needs. */
public record Stages(
    PlanActivity plan,
    PruneActivity prune,
    SvsActivity svs,
    FinetuneActivity finetune,
    EvaluateActivity evaluate,
    TrainActivity train,
    ReportActivity report) {

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
    // PLUG: the one place where the activities' implementations are made.
    throw new UnsupportedOperationException("the stages are not yet plugged in");
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
