package dev.espalier.workflows;

import io.temporal.activity.Activity;
import io.temporal.client.ActivityCompletionException;
import io.temporal.failure.ApplicationFailure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Device stages that only do sums: the more is pruned the worse, svs mends a little. */
public final class FakeDevice
    implements PruneActivity, SvsActivity, FinetuneActivity, EvaluateActivity, TrainActivity {
  /** Every call, as {@code stage network}. */
  public final List<String> calls = Collections.synchronizedList(new ArrayList<>());

  final List<Object> requests = Collections.synchronizedList(new ArrayList<>());

  /** Arms between their first and their last stage, and the most there were of them at once. */
  final Set<String> underWay = ConcurrentHashMap.newKeySet();

  final AtomicInteger mostUnderWay = new AtomicInteger();

  /** How long a stage takes, but for training. */
  volatile long millis;

  /** Prune waits for this. */
  volatile CountDownLatch gate = new CountDownLatch(0);

  /** Finetune and train beat until this is open; told to stop, they note it and end. */
  public volatile CountDownLatch training = new CountDownLatch(0);

  /** What a training throws that is told to stop, in place of what told it; null: that. */
  volatile RuntimeException stopped;

  /** Trainings at work. */
  final AtomicInteger atWork = new AtomicInteger();

  /** Prune fails at this ratio. */
  public volatile double failingRatio = -1;

  /** Prune fails so many times before it works. */
  final AtomicInteger faults = new AtomicInteger();

  @Override
  public PruneActivity.Result prune(PruneActivity.Request request) {
    note("prune", request.network(), request);
    underWay.add(request.run());
    mostUnderWay.accumulateAndGet(underWay.size(), Math::max);
    awaitGate();
    if (faults.getAndDecrement() > 0) throw new IllegalStateException("the store is away");
    double ratio = request.config().ratio();
    if (ratio == failingRatio) {
      throw ApplicationFailure.newNonRetryableFailure("loss is NaN at step 3", "DivergedLoss");
    }
    return new PruneActivity.Result(
        new Artifact("stages/prune/" + Math.round(ratio * 100)),
        1_112_801,
        Math.round(1_112_801 * (1 - ratio)),
        100_000_000,
        Math.round(100_000_000 * (1 - ratio)),
        34,
        false,
        1.5);
  }

  @Override
  public SvsActivity.Result svs(SvsActivity.Request request) {
    note("svs", request.network(), request);
    return new SvsActivity.Result(
        new Artifact("stages/svs/" + last(request.network())), 5.2, 2.28, false, 0.5);
  }

  @Override
  public FinetuneActivity.Result finetune(FinetuneActivity.Request request) {
    note("finetune", request.network(), request);
    train("finetune");
    String kind = request.network().key().startsWith("stages/svs") ? "svs-" : "plain-";
    return new FinetuneActivity.Result(
        new Artifact("stages/finetune/" + kind + last(request.network())),
        request.config().steps(),
        0,
        0.05,
        0.0469,
        false,
        70);
  }

  @Override
  public EvaluateActivity.Result evaluate(EvaluateActivity.Request request) {
    note("evaluate", request.network(), request);
    String key = request.network().key();
    double distance =
        key.startsWith("networks/")
            ? 20
            : Double.parseDouble(last(request.network()).replaceAll("\\D", ""))
                + (key.startsWith("stages/prune") ? 500 : 0)
                - (key.contains("svs-") ? 5 : 0);
    if (key.startsWith("stages/finetune")) underWay.remove(request.run());
    return new EvaluateActivity.Result(
        new Artifact("stages/evaluate/" + last(request.network())),
        distance,
        request.config().extractor(),
        key.startsWith("networks/") ? 1 : 0.8,
        1000,
        2000,
        12.5,
        key.startsWith("networks/"),
        9);
  }

  @Override
  public TrainActivity.Result train(TrainActivity.Request request) {
    calls.add("train");
    requests.add(request);
    train("train");
    return new TrainActivity.Result(
        new Artifact("stages/train/1"), request.config().steps(), 0, 0.04, 0.0385, false, 600);
  }

  private void train(String stage) {
    CountDownLatch enough = training;
    atWork.incrementAndGet();
    try {
      do {
        Activity.getExecutionContext().heartbeat(stage);
      } while (!enough.await(10, TimeUnit.MILLISECONDS));
    } catch (ActivityCompletionException e) {
      calls.add(stage + " saves");
      throw stopped == null ? e : stopped;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      atWork.decrementAndGet();
    }
  }

  private void note(String stage, Artifact network, Object request) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    calls.add(stage + " " + network.key());
    requests.add(request);
  }

  /** Beats, and goes on though it be told to stop. */
  private void awaitGate() {
    try {
      while (!gate.await(10, TimeUnit.MILLISECONDS)) {
        try {
          Activity.getExecutionContext().heartbeat("prune");
        } catch (ActivityCompletionException e) {
          // It does not listen.
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String last(Artifact artifact) {
    return artifact.key().substring(artifact.key().lastIndexOf('/') + 1);
  }
}
