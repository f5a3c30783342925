package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.metrics.StageMeters.Outcome;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StageKey;
import dev.espalier.activities.shelf.Staging;
import dev.espalier.activities.shelf.StoredArtifact;
import java.util.List;
import java.util.Optional;

/**
 * What all stages share: a result that lies whole on the shelf is returned as it is; else it is
 * computed, committed under its key, counted and timed.
 */
public final class DurableStage {
  private final Shelf shelf;
  private final StageMeters meters;

  public DurableStage(Shelf shelf, StageMeters meters) {
    this.shelf = shelf;
    this.meters = meters;
  }

  /**
   * What determines a stage's result, and who asks.
   *
   * @param run id of the run that asks; not part of the key
   * @param algorithmVersion of the stage's code; raised when its results change
   * @param config complete
   * @param inputs prefixes of the input artifacts and fingerprints of the data
   */
  public record Derivation(
      String run, String stage, int algorithmVersion, JsonNode config, List<String> inputs) {
    public Derivation {
      inputs = List.copyOf(inputs);
    }

    /** The key under {@code stages/<stage>/}. */
    public String key() {
      return StageKey.of(stage, algorithmVersion, config, inputs);
    }
  }

  /** The stage itself. */
  public interface Work {
    /** Adds the parts and the numbers to {@code staging}; does not commit. */
    void compute(Step step, Staging staging) throws Exception;
  }

  /**
   * What the work is given.
   *
   * @param key of the result; checkpoints lie under it
   * @param shelf that beats while it waits
   * @param derivation that the key is of
   */
  public record Step(
      String key,
      Shelf shelf,
      Liveness liveness,
      StageMeters.Scope meters,
      Derivation derivation) {}

  /**
   * A stage's end.
   *
   * @param reused whether it lay on the shelf already
   * @param seconds this call took
   */
  public record Done(StoredArtifact artifact, boolean reused, double seconds) {}

  /**
   * Returns the derivation's result, computing it if it is not on the shelf.
   *
   * @throws dev.espalier.activities.shelf.HeldByAnother if another activity computes it just now
   */
  public Done run(Derivation derivation, Liveness liveness, Work work) throws Exception {
    shelf.beating(liveness::beat).requireFree(derivation.stage(), derivation.key());
    try (StageMeters.Scope scope = meters.open(derivation.run(), derivation.stage())) {
      scope.alive(liveness::silentSeconds);
      try {
        Done done = find(derivation, liveness, work, scope);
        scope.done(done.reused() ? Outcome.REUSED : Outcome.COMPUTED);
        return done;
      } catch (Exception | Error e) {
        scope.failed(e);
        throw e;
      }
    }
  }

  private Done find(Derivation derivation, Liveness liveness, Work work, StageMeters.Scope scope)
      throws Exception {
    Shelf beating = shelf.beating(liveness::beat);
    String key = derivation.key();
    beating.use(derivation.run(), Shelf.prefix(derivation.stage(), key));
    Optional<StoredArtifact> there = beating.findWhole(Shelf.prefix(derivation.stage(), key));
    if (there.isPresent()) return new Done(there.get(), true, scope.seconds());
    Staging staging =
        beating.stage(derivation.stage(), key, derivation.config(), derivation.inputs());
    work.compute(new Step(key, beating, liveness, scope, derivation), staging);
    return new Done(staging.commit(), false, scope.seconds());
  }
}
