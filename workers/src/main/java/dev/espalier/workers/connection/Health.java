package dev.espalier.workers.connection;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Whether somebody is there. */
public final class Health {
  private static final Set<Status.Code> PASSING =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);

  private static final int NEAR_MILLIS = 500;
  private static final int FAR_MILLIS = 5000;

  /** The first call of a process loads some thousand classes, which takes its time. */
  private static final int ANSWER_SECONDS = 20;

  private Health() {}

  /** Whether somebody listens at {@code address} (HOST:PORT) on this machine. */
  public static boolean listens(String address) {
    return listens(address, NEAR_MILLIS);
  }

  /** As {@link #listens}, on any machine. */
  static boolean listensFar(String address) {
    return listens(address, FAR_MILLIS);
  }

  private static boolean listens(String address, int millis) {
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.substring(0, colon), port), millis);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether a Temporal server answers, within {@value #ANSWER_SECONDS} seconds. */
  static boolean answers(WorkflowServiceStubs service) {
    return trouble(service).isEmpty();
  }

  /**
   * Why no Temporal server answers.
   *
   * @param line in one line
   * @param passing whether that may end without anybody changing a setting
   */
  record Trouble(String line, boolean passing) {}

  /** Why no Temporal server answers; nothing where one does. */
  static Optional<Trouble> trouble(WorkflowServiceStubs service) {
    try {
      service
          .blockingStub()
          .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
          .getSystemInfo(GetSystemInfoRequest.getDefaultInstance());
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      boolean passing = PASSING.contains(e.getStatus().getCode());
      Throwable root = e;
      while (true) {
        passing &= !(root instanceof SSLException);
        if (root.getCause() == null) break;
        root = root.getCause();
      }
      return Optional.of(
          new Trouble(String.valueOf(root.getMessage()).strip().split("\\R")[0], passing));
    }
  }
}
