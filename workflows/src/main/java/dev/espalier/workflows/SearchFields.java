package dev.espalier.workflows;

import io.temporal.common.SearchAttributeKey;
import io.temporal.common.SearchAttributeUpdate;
import io.temporal.common.SearchAttributes;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What runs can be searched and sorted by, as Temporal's search attributes: {@code Method = "svs"
 * and Fid < 10}. A run keeps them if the process in which it began found them on the server; that
 * is noted in its history, because a server refuses what it does not know.
 */
public final class SearchFields {
  /**
   * What is done to the pruned weights before they are finetuned: {@code svs}, {@code pruning}
   * (nothing), or the name of an initialisation; {@code training} for a training from random
   * weights, {@code sweep} for a sweep.
   */
  public static final SearchAttributeKey<String> METHOD = SearchAttributeKey.forKeyword("Method");

  /** The importance that channels are pruned by. */
  public static final SearchAttributeKey<String> CRITERION =
      SearchAttributeKey.forKeyword("Criterion");

  /** Share of the channels that is removed, in [0, 1). */
  public static final SearchAttributeKey<Double> RATIO = SearchAttributeKey.forDouble("Ratio");

  /**
   * The step at work or held; the last one of a run that is over. A sweep's are {@code plan},
   * {@code arms} and {@code report}.
   */
  public static final SearchAttributeKey<String> STAGE = SearchAttributeKey.forKeyword("Stage");

  /**
   * How far the stage at work is: optimizer steps, images, of a sweep the arms that have ended
   * (with rungs, on each); told now and then, not each step.
   */
  public static final SearchAttributeKey<Long> STEP = SearchAttributeKey.forLong("Step");

  /**
   * Fréchet distance of the final network; lower is better. Of a sweep that ranks by it, the lowest
   * of its arms so far.
   */
  public static final SearchAttributeKey<Double> FID = SearchAttributeKey.forDouble("Fid");

  /** Id of the sweep's workflow, for its arms and itself; absent from runs that belong to none. */
  public static final SearchAttributeKey<String> SWEEP = SearchAttributeKey.forKeyword("Sweep");

  /**
   * {@code running}, {@code paused}, {@code done}, {@code failed} or {@code cancelled}. A sweep is
   * paused once it is told to, its arms when they have saved their state; one that continued as new
   * leaves {@code continued} behind.
   */
  public static final SearchAttributeKey<String> RUN_STATE =
      SearchAttributeKey.forKeyword("RunState");

  /** All there are; what a server must have for runs to keep any. */
  public static final List<SearchAttributeKey<?>> ALL =
      List.of(METHOD, CRITERION, RATIO, STAGE, STEP, FID, SWEEP, RUN_STATE);

  private static final String CHANGE = "search attributes";

  private final boolean searchable;
  private final Map<SearchAttributeKey<?>, Object> told = new HashMap<>();
  private final Map<SearchAttributeKey<?>, SearchAttributeUpdate<?>> news = new LinkedHashMap<>();
  private @Nullable Boolean kept;

  SearchFields(RunView view) {
    searchable = view.searchable();
  }

  /** Notes a value for the next {@link #tell}; what cannot be searched by (NaN) is left out. */
  <T> SearchFields set(SearchAttributeKey<T> field, T value) {
    boolean number = !(value instanceof Double real) || Double.isFinite(real);
    if (number && !value.equals(told.put(field, value))) news.put(field, field.valueSet(value));
    return this;
  }

  /** Tells the server what is new: one event of the history, or none. */
  void tell() {
    if (news.isEmpty() || !kept()) return;
    Workflow.upsertTypedSearchAttributes(news.values().toArray(SearchAttributeUpdate<?>[]::new));
    news.clear();
  }

  /** Carries out a run's body; that it failed or was cancelled is told. */
  <R> R tellingFailure(Supplier<R> body) {
    try {
      return body.get();
    } catch (TemporalFailure e) {
      boolean cancelled = CancellationScope.current().isCancelRequested();
      set(RUN_STATE, cancelled ? "cancelled" : "failed").tell();
      throw e;
    }
  }

  /**
   * Whether this run keeps them: decided once, where it began, by a mark in its history. A process
   * that replays it asks for the mark, whatever its own server has.
   */
  private boolean kept() {
    if (kept == null) {
      kept =
          (searchable || WorkflowUnsafe.isReplaying())
              && Workflow.getVersion(CHANGE, Workflow.DEFAULT_VERSION, 1) == 1;
      if (kept) forget();
    }
    return kept;
  }

  /** Drops what another run came to: the UI starts a run like that one with all its values. */
  private void forget() {
    SearchAttributes given = Workflow.getTypedSearchAttributes();
    for (SearchAttributeKey<?> field : ALL) {
      if (given.containsKey(field)) news.putIfAbsent(field, field.valueUnset());
    }
  }
}
