package dev.espalier.workers.connection;

import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/** Whether somebody is there. */
final class Health {
  private Health() {}

  /** Whether a connection to {@code address} (HOST:PORT) is taken, within half a second. */
  static boolean listens(String address) {
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.substring(0, colon), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether a Temporal server answers, within ten seconds. */
  static boolean answers(WorkflowServiceStubs service) {
    try {
      service
          .blockingStub()
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .getSystemInfo(GetSystemInfoRequest.getDefaultInstance());
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }
}
