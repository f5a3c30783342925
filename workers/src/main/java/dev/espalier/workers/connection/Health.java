package dev.espalier.workers.connection;

import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Whether somebody is there. */
public final class Health {
  private static final int NEAR_MILLIS = 500;
  private static final int FAR_MILLIS = 5000;

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

  /** Whether a Temporal server answers, within five seconds. */
  static boolean answers(WorkflowServiceStubs service) {
    return trouble(service).isEmpty();
  }

  /** Why no Temporal server answers within five seconds, in one line; nothing where one does. */
  static Optional<String> trouble(WorkflowServiceStubs service) {
    try {
      service
          .blockingStub()
          .withDeadlineAfter(5, TimeUnit.SECONDS)
          .getSystemInfo(GetSystemInfoRequest.getDefaultInstance());
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      Throwable root = e;
      while (root.getCause() != null) root = root.getCause();
      return Optional.of(String.valueOf(root.getMessage()).strip().split("\\R")[0]);
    }
  }
}
