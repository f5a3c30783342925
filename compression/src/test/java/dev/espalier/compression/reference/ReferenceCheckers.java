package dev.espalier.compression.reference;

import java.util.List;

/** Every kind of reference case that is supported: add a checker, add a line. */
final class ReferenceCheckers {
  static final List<ReferenceChecker> ALL =
      List.of(
          new UNet2DShapesChecker(),
          new UNet2DMacsChecker(),
          new PrunedSizesChecker(),
          new PrunedChannelsChecker(),
          new CalibrationLoopChecker(),
          new SvsNetworkChecker(),
          new SvsMatricesChecker(),
          new SvsStyleGanChecker(),
          new FrechetChecker(),
          new PrdcChecker(),
          new SlicedWassersteinChecker(),
          new ImagePairsChecker(),
          new UNet2DForwardChecker(),
          new SchedulerChecker(),
          new DdimTrajectoryChecker(),
          new DdimCodebaseChecker(),
          new AdamChecker());

  private ReferenceCheckers() {}
}
