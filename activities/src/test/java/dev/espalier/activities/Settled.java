package dev.espalier.activities;

/**
 * Lets every checkpoint of a training be committed before the step after it goes on, so that none
 * is put off and a test knows which there are.
 */
final class Settled {
  private final StageBench stages;
  private final int every;
  private final int before;
  private int from = -1;

  Settled(StageBench stages, int every) {
    this.stages = stages;
    this.every = every;
    this.before = stages.checkpointsWritten();
  }

  /** To be called with every heartbeat of one attempt. */
  void await(StageProgress progress) {
    int step = (int) progress.step();
    if (step == 0) return;
    if (from < 0) from = step - 1;
    int begun = (step - 1) / every - from / every;
    for (int i = 0; i < 2_000 && stages.checkpointsWritten() < before + begun; i++) {
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
