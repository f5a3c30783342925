package dev.espalier.workers.connection;

import io.grpc.CallOptions;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.temporal.testserver.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;

/**
 * A whole Temporal server (the SDK's, in process) behind a port of 127.0.0.1 that takes mutual TLS
 * and one API key only: what passes is handed on, byte for byte.
 */
public final class TlsTemporal implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final TestServer.InProcessTestServer behind = TestServer.createServer(true);
  private final Server server;

  /**
   * Starts it.
   *
   * @param mine the server's certificate and key
   * @param clients authority that signed the clients it takes
   */
  public TlsTemporal(TestAuthority.Signed mine, TestAuthority clients, String apiKey)
      throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .sslContext(
                GrpcSslContexts.forServer(mine.chain().toFile(), mine.key().toFile())
                    .trustManager(clients.certificate().toFile())
                    .clientAuth(ClientAuth.REQUIRE)
                    .build())
            .intercept(requiring("Bearer " + apiKey))
            .fallbackHandlerRegistry(handingOn(behind.getChannel()))
            .build()
            .start();
  }

  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** The server without what is before it. */
  public ManagedChannel behind() {
    return behind.getChannel();
  }

  @Override
  public void close() {
    server.shutdownNow();
    behind.close();
  }

  private static ServerInterceptor requiring(String authorization) {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (authorization.equals(headers.get(AUTHORIZATION))) return next.startCall(call, headers);
        call.close(Status.UNAUTHENTICATED.withDescription("Request unauthorized."), new Metadata());
        return new ServerCall.Listener<>() {};
      }
    };
  }

  private static HandlerRegistry handingOn(ManagedChannel to) {
    return new HandlerRegistry() {
      @Override
      public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
        MethodDescriptor<byte[], byte[]> method =
            MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(name)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
        return ServerMethodDefinition.create(
            method,
            ServerCalls.asyncUnaryCall(
                (request, answer) ->
                    ClientCalls.asyncUnaryCall(
                        to.newCall(method, CallOptions.DEFAULT), request, answer)));
      }
    };
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
