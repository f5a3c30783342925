package dev.espalier.workers.connection;

import dev.espalier.workflows.SearchFields;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.AddSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.OperatorServiceGrpc.OperatorServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.common.SearchAttributeKey;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Makes a server's namespace know {@link SearchFields}. Servers whose operators keep that to
 * themselves (Temporal Cloud does) refuse; runs then go on without, and it is said once.
 */
public final class SearchAttributeSetup {
  /** Until what was added can be used: a server reads its own list again now and then. */
  private static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final long LOOK_MILLIS = 200;

  private final WorkflowClient client;
  private final OperatorServiceBlockingStub operator;

  private SearchAttributeSetup(WorkflowClient client, OperatorServiceBlockingStub operator) {
    this.client = client;
    this.operator = operator;
  }

  /**
   * Adds what is missing.
   *
   * @return why runs cannot be searched for, in one line; nothing where they can
   */
  public static Optional<String> trouble(WorkflowClient client) {
    WorkflowServiceStubs service = client.getWorkflowServiceStubs();
    OperatorServiceStubs operator =
        OperatorServiceStubs.newServiceStubs(
            OperatorServiceStubsOptions.newBuilder()
                .setChannel(service.getRawChannel())
                .setGrpcMetadataProviders(service.getOptions().getGrpcMetadataProviders())
                .setMetricsScope(service.getOptions().getMetricsScope())
                .validateAndBuildWithDefaults());
    try {
      return new SearchAttributeSetup(client, operator.blockingStub()).complete();
    } finally {
      operator.shutdownNow();
    }
  }

  private Optional<String> complete() {
    try {
      Map<String, IndexedValueType> missing = new HashMap<>();
      Map<String, IndexedValueType> there = list();
      for (SearchAttributeKey<?> field : SearchFields.ALL) {
        IndexedValueType type = there.get(field.getName());
        if (type == null) missing.put(field.getName(), field.getValueType());
        else if (type != field.getValueType()) {
          return Optional.of(
              String.format(
                  "off: the server's search attribute %s is of type %s, ours of %s",
                  field.getName(), name(type), name(field.getValueType())));
        }
      }
      if (!missing.isEmpty()) add(missing);
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      return Optional.of(
          "off: the server lets this process add no search attributes ("
              + e.getStatus().getCode()
              + "); an operator can: temporal operator search-attribute create "
              + arguments());
    }
  }

  private Map<String, IndexedValueType> list() {
    ListSearchAttributesRequest request =
        ListSearchAttributesRequest.newBuilder().setNamespace(namespace()).build();
    try {
      return operator
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .listSearchAttributes(request)
          .getCustomAttributesMap();
    } catch (StatusRuntimeException e) {
      // A server that only adds says itself what it has already.
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) return Map.of();
      throw e;
    }
  }

  private void add(Map<String, IndexedValueType> missing) {
    AddSearchAttributesRequest request =
        AddSearchAttributesRequest.newBuilder()
            .setNamespace(namespace())
            .putAllSearchAttributes(missing)
            .build();
    try {
      operator.withDeadlineAfter(10, TimeUnit.SECONDS).addSearchAttributes(request);
    } catch (StatusRuntimeException e) {
      // Another process was first.
      if (e.getStatus().getCode() != Status.Code.ALREADY_EXISTS) throw e;
    }
    awaitKnown();
  }

  /** Waits until a search by them is understood; a server that cannot count needs no waiting. */
  private void awaitKnown() {
    long end = System.nanoTime() + KNOWN_NANOS;
    while (System.nanoTime() < end) {
      try {
        client.countWorkflows(query());
        return;
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.INVALID_ARGUMENT) return;
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static String query() {
    List<String> all = new ArrayList<>();
    for (SearchAttributeKey<?> field : SearchFields.ALL) all.add(field.getName() + " IS NULL");
    return String.join(" AND ", all);
  }

  private static String arguments() {
    List<String> all = new ArrayList<>();
    for (SearchAttributeKey<?> field : SearchFields.ALL) {
      all.add("--name " + field.getName() + " --type " + name(field.getValueType()));
    }
    return String.join(" ", all);
  }

  /** As the command line writes it, such as {@code Keyword}. */
  private static String name(IndexedValueType type) {
    String name = type.name().replace("INDEXED_VALUE_TYPE_", "").toLowerCase(Locale.ROOT);
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  private String namespace() {
    return client.getOptions().getNamespace();
  }
}
