package dev.espalier.workers.process;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.espalier.compression.InvalidInput;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueResponse;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that knows one worker and little else. */
class NeighboursTest {
  private static final String MINE = "folder /mine/s3/espalier on here";

  private PollerInfo poller = PollerInfo.getDefaultInstance();
  private Server server;
  private ManagedChannel channel;
  private WorkflowServiceStubs service;

  @BeforeEach
  void start() throws Exception {
    server =
        InProcessServerBuilder.forName("neighbours")
            .addService(
                new WorkflowServiceGrpc.WorkflowServiceImplBase() {
                  @Override
                  public void getSystemInfo(
                      GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> answer) {
                    answer.onNext(GetSystemInfoResponse.getDefaultInstance());
                    answer.onCompleted();
                  }

                  @Override
                  public void describeTaskQueue(
                      DescribeTaskQueueRequest request,
                      StreamObserver<DescribeTaskQueueResponse> answer) {
                    answer.onNext(
                        DescribeTaskQueueResponse.newBuilder().addPollers(poller).build());
                    answer.onCompleted();
                  }
                })
            .build()
            .start();
    channel = InProcessChannelBuilder.forName("neighbours").build();
    service =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setChannel(channel).build());
  }

  @AfterEach
  void stop() {
    service.shutdownNow();
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void aWorkerWithAnotherStoreIsNamed() {
    poller = worker("folder /other/s3/espalier on here", Duration.ofSeconds(30));
    assertThatThrownBy(this::check)
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("with folder /other/s3/espalier on here")
        .hasMessageContaining("this process has " + MINE);
  }

  @Test
  void workersThatShareTheStoreAreWelcome() {
    poller = worker(MINE, Duration.ofSeconds(1));
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  @Test
  void aWorkerThatIsGoneIsNoneAtWork() {
    poller = worker("folder /other/s3/espalier on here", Duration.ofMinutes(3));
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  private void check() {
    Neighbours.check(WorkflowClient.newInstance(service), MINE);
  }

  private static PollerInfo worker(String store, Duration silence) {
    long asked = Instant.now().minus(silence).getEpochSecond();
    return PollerInfo.newBuilder()
        .setIdentity(Neighbours.identity(store))
        .setLastAccessTime(Timestamp.newBuilder().setSeconds(asked))
        .build();
  }
}
