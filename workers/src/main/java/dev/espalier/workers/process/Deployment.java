package dev.espalier.workers.process;

import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.connection.Settings;
import io.temporal.common.VersioningBehavior;
import io.temporal.common.WorkerDeploymentVersion;
import io.temporal.worker.WorkerDeploymentOptions;
import java.util.Optional;

/**
 * The worker deployment version that a process belongs to, if it belongs to one: then the server
 * hands it work only once an operator has made its version the current one. A run that is under way
 * goes on with the version that is current, since workflow code replays every earlier history.
 *
 * @param name {@code ESPALIER_DEPLOYMENT}
 * @param buildId {@code ESPALIER_BUILD_ID}, such as a commit
 */
public record Deployment(String name, String buildId) {
  /** Both variables, or neither. */
  private static final String NAME = "ESPALIER_DEPLOYMENT";

  private static final String BUILD = "ESPALIER_BUILD_ID";

  public Deployment {
    InvalidInput.require(
        name.matches("[A-Za-z0-9_-]{1,100}"),
        "%s is '%s'; legal are 1 to 100 letters, digits, dashes and underscores",
        NAME,
        name);
    InvalidInput.require(
        buildId.matches("[A-Za-z0-9._-]{1,100}"),
        "%s is '%s'; legal are 1 to 100 letters, digits, dots, dashes and underscores",
        BUILD,
        buildId);
  }

  /**
   * @throws InvalidInput if one of the two variables is set without the other, or is not legal
   */
  public static Optional<Deployment> of(Settings settings) {
    Optional<String> name = settings.variable(NAME);
    Optional<String> build = settings.variable(BUILD);
    InvalidInput.require(
        name.isPresent() == build.isPresent(),
        "%s is set without %s; a versioned worker needs both",
        name.isPresent() ? NAME : BUILD,
        name.isPresent() ? BUILD : NAME);
    return name.map(given -> new Deployment(given, build.orElseThrow()));
  }

  WorkerDeploymentOptions options() {
    return WorkerDeploymentOptions.newBuilder()
        .setUseVersioning(true)
        .setVersion(new WorkerDeploymentVersion(name, buildId))
        .setDefaultVersioningBehavior(VersioningBehavior.AUTO_UPGRADE)
        .build();
  }
}
