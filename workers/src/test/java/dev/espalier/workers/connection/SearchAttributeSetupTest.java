package dev.espalier.workers.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.uber.m3.tally.NoopScope;
import dev.espalier.workflows.DevServer;
import dev.espalier.workflows.SearchFields;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.AddSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.testing.TemporalDevServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class SearchAttributeSetupTest {
  @TempDir Path work;

  @Test
  void aServerThatLetsUsHasThemAllAtOnce() throws Exception {
    try (TemporalDevServer server = DevServer.start();
        TemporalConnection temporal = connect(server.getTarget())) {
      assertThat(SearchAttributeSetup.trouble(temporal.client())).isEmpty();
      assertThat(temporal.client().countWorkflows("Method = 'svs' AND Fid < 10").getCount())
          .isZero();
      assertThat(SearchAttributeSetup.trouble(temporal.client())).isEmpty();
      Map<String, IndexedValueType> there =
          operator(temporal)
              .blockingStub()
              .listSearchAttributes(
                  ListSearchAttributesRequest.newBuilder().setNamespace("default").build())
              .getCustomAttributesMap();
      SearchFields.ALL.forEach(
          field -> assertThat(there).containsEntry(field.getName(), field.getValueType()));
    }
  }

  @Test
  void oneOfAnotherTypeIsSaidAndNothingIsKept() throws Exception {
    try (TemporalDevServer server = DevServer.start();
        TemporalConnection temporal = connect(server.getTarget())) {
      operator(temporal)
          .blockingStub()
          .addSearchAttributes(
              AddSearchAttributesRequest.newBuilder()
                  .setNamespace("default")
                  .putSearchAttributes("Ratio", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                  .build());
      assertThat(SearchAttributeSetup.trouble(temporal.client()))
          .contains("off: the server's search attribute Ratio is of type Keyword, ours of Double");
    }
  }

  @Test
  void theServerInProcessHasThemToo() {
    try (TemporalConnection temporal = connect(TemporalConnection.EMBEDDED)) {
      assertThat(SearchAttributeSetup.trouble(temporal.client())).isEmpty();
      assertThat(SearchAttributeSetup.trouble(temporal.client())).isEmpty();
      assertThat(temporal.answers()).isTrue();
    }
  }

  private TemporalConnection connect(String address) {
    Settings settings = Settings.of(Map.of(), work);
    return TemporalConnection.open(settings, settings.workFolder(), address, new NoopScope());
  }

  private static OperatorServiceStubs operator(TemporalConnection temporal) {
    return OperatorServiceStubs.newServiceStubs(
        OperatorServiceStubsOptions.newBuilder()
            .setChannel(temporal.client().getWorkflowServiceStubs().getRawChannel())
            .validateAndBuildWithDefaults());
  }
}
