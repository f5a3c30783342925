package dev.espalier.workflows;

import dev.espalier.compression.ExternalProgram;
import dev.espalier.compression.FreePort;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.SearchAttributeKey;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TemporalDevServer;
import io.temporal.testing.TemporalDevServerOptions;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The real Temporal server of the {@code temporal} command, in memory, on a free port. */
public final class DevServer {
  private DevServer() {}

  /** Starts it; without a {@code temporal} the test ends as {@link ExternalProgram#get} says. */
  public static TemporalDevServer start() throws IOException {
    return start(List.of());
  }

  /** As {@link #start()}, on this port. */
  public static TemporalDevServer start(int port) {
    return start(port, List.of());
  }

  /** As {@link #start()}, with the attributes of {@link SearchFields}. */
  static TemporalDevServer searchable() throws IOException {
    return start(
        SearchFields.ALL.stream()
            .flatMap(field -> Stream.of("--search-attribute", field.getName() + "=" + type(field)))
            .toList());
  }

  /** One whose user interface is at work too, on 127.0.0.1 as well. */
  public record WithInterface(TemporalDevServer server, URI address) implements AutoCloseable {
    @Override
    public void close() {
      server.close();
    }
  }

  /** As {@link #start()}, with its user interface. */
  public static WithInterface withInterface() throws IOException {
    return onFreePorts(
        () -> {
          int port = FreePort.find();
          return new WithInterface(
              start(
                  options(FreePort.find())
                      .setUiEnabled(true)
                      .setUiPort(port)
                      .setExtraArgs("--ui-ip", "127.0.0.1")),
              URI.create("http://127.0.0.1:" + port));
        });
  }

  /** As the command line writes it, such as {@code Keyword}. */
  private static String type(SearchAttributeKey<?> field) {
    String type = field.getValueType().name().replace("INDEXED_VALUE_TYPE_", "");
    return type.charAt(0) + type.substring(1).toLowerCase(Locale.ROOT);
  }

  private static TemporalDevServer start(List<String> more) throws IOException {
    return onFreePorts(() -> start(FreePort.find(), more));
  }

  private interface Starting<T> {
    T start() throws IOException;
  }

  /** Once more where a port was taken between being found free and being used. */
  private static <T> T onFreePorts(Starting<T> server) throws IOException {
    try {
      return server.start();
    } catch (IllegalStateException e) {
      return server.start();
    }
  }

  private static TemporalDevServer start(int port, List<String> more) {
    return start(options(port).setExtraArgs(more));
  }

  private static TemporalDevServer start(TemporalDevServerOptions.Builder options) {
    return TemporalDevServer.start("default", options.build());
  }

  private static TemporalDevServerOptions.Builder options(int port) {
    return TemporalDevServerOptions.newBuilder()
        .setExistingPath(ExternalProgram.TEMPORAL.get().toString())
        .setDownloadEnabled(false)
        .setIp("127.0.0.1")
        .setPort(port)
        .setUiEnabled(false)
        .setLogLevel("error");
  }

  /** A client of it that speaks as this program does. */
  public static WorkflowClient client(TemporalDevServer server) {
    return WorkflowClient.newInstance(
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(server.getTarget()).build()),
        WorkflowClientOptions.newBuilder().setDataConverter(WireFormat.converter()).build());
  }
}
