package dev.espalier.workers;

import dev.espalier.activities.StageProgress;
import dev.espalier.workers.process.Stages;
import dev.espalier.workflows.FinetuneActivity;
import io.temporal.activity.Activity;
import io.temporal.client.ActivityCompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The {@link SmallStages} with a finetune that goes on until it is let or told to stop. */
final class Training {
  private static final int STEPS = 3000;

  final CountDownLatch enough = new CountDownLatch(1);
  final AtomicInteger atWork = new AtomicInteger();

  Stages of(Stages.Resources resources) {
    Stages small = SmallStages.of(resources);
    return new Stages(
        small.plan(),
        small.prune(),
        small.svs(),
        request -> finetune(small, request),
        small.evaluate(),
        small.train(),
        small.report());
  }

  private FinetuneActivity.Result finetune(Stages small, FinetuneActivity.Request request) {
    atWork.incrementAndGet();
    try {
      int step = 0;
      do {
        step = Math.min(step + 1, STEPS - 1);
        Activity.getExecutionContext()
            .heartbeat(new StageProgress("finetune", step, STEPS, 0.25, 0));
      } while (!enough.await(20, TimeUnit.MILLISECONDS));
      return small.finetune().finetune(request);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (ActivityCompletionException e) {
      throw e;
    } finally {
      atWork.decrementAndGet();
    }
  }

  /** Waits until so many are at work, for as long as the test may take. */
  void await(int so) {
    try {
      while (atWork.get() != so) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(atWork + " trainings at work, not " + so, e);
    }
  }
}
