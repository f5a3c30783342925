package dev.espalier.workers.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * A TCP proxy on 127.0.0.1 before a server on 127.0.0.1 that can misbehave as networks and full
 * servers do.
 */
final class FaultProxy implements AutoCloseable {
  private static final Pattern METHOD = Pattern.compile("(GET|PUT|HEAD|POST|DELETE) ");

  private final ServerSocket socket;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile Fault fault = Fault.NONE;

  /**
   * What it does to traffic.
   *
   * @param delayMillis by which all that a client sends arrives later; it may have more on the way
   * @param resetShare of the requests whose connection is reset, half of them before the server has
   *     heard of them, half instead of its answer
   * @param silent whether nothing passes while connections stay open
   * @param status of the answer that every request gets instead of the server's; 0 for none
   */
  record Fault(int delayMillis, double resetShare, boolean silent, int status) {
    static final Fault NONE = new Fault(0, 0, false, 0);

    static Fault latency(int millis) {
      return new Fault(millis, 0, false, 0);
    }

    static Fault resets(double share) {
      return new Fault(0, share, false, 0);
    }

    static Fault blackhole() {
      return new Fault(0, 0, true, 0);
    }

    static Fault answering(int status) {
      return new Fault(0, 0, false, status);
    }
  }

  FaultProxy(int target) throws IOException {
    this.socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    this.target = target;
    daemon(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** From now on; connections that are open are cut where it answers by itself. */
  void set(Fault next) {
    fault = next;
    if (next.status() != 0 || next.silent()) return;
    open.forEach(FaultProxy::quietly);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    open.forEach(FaultProxy::quietly);
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        open.add(client);
        daemon(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket()) {
      open.add(server);
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 5_000);
      AtomicBoolean doomed = new AtomicBoolean();
      Thread back = daemon(() -> pump(server, client, false, doomed));
      pump(client, server, true, doomed);
      back.join(1_000);
      open.remove(server);
    } catch (IOException | InterruptedException e) {
      // The other side finds its connection closed.
    } finally {
      open.remove(client);
    }
  }

  /**
   * @param doomed whether the answer under way is not to arrive
   */
  private void pump(Socket from, Socket to, boolean request, AtomicBoolean doomed) {
    byte[] chunk = new byte[64 << 10];
    ScheduledExecutorService late = null;
    try (InputStream in = from.getInputStream()) {
      OutputStream out = to.getOutputStream();
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        Fault now = fault;
        while (fault.silent()) Thread.sleep(50);
        if (request && now.status() != 0) {
          answer(from, now.status());
          return;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        boolean cut = !request && doomed.get();
        if (request && begins(chunk, n) && random.nextDouble() < now.resetShare()) {
          cut = random.nextBoolean();
          doomed.set(true);
        }
        if (cut) {
          from.setSoLinger(true, 0);
          to.setSoLinger(true, 0);
          return;
        }
        if (request && now.delayMillis() > 0) {
          if (late == null) late = Executors.newSingleThreadScheduledExecutor(FaultProxy::thread);
          byte[] copy = Arrays.copyOf(chunk, n);
          late.schedule(() -> write(out, copy), now.delayMillis(), TimeUnit.MILLISECONDS);
        } else {
          out.write(chunk, 0, n);
        }
      }
    } catch (IOException | InterruptedException e) {
      // Either side is gone: so is the other.
    } finally {
      if (late == null) {
        quietly(to);
      } else {
        late.schedule(() -> quietly(to), fault.delayMillis(), TimeUnit.MILLISECONDS);
        late.shutdown();
      }
    }
  }

  /** Whether a request begins with these bytes. */
  private static boolean begins(byte[] chunk, int length) {
    String start = new String(chunk, 0, Math.min(length, 8), StandardCharsets.ISO_8859_1);
    return METHOD.matcher(start).lookingAt();
  }

  private static void write(OutputStream out, byte[] chunk) {
    try {
      out.write(chunk);
    } catch (IOException e) {
      // The reader finds the connection closed.
    }
  }

  private static void answer(Socket client, int status) throws IOException {
    String code = status == 507 ? "XMinioStorageFull" : "SlowDown";
    String body = "<Error><Code>" + code + "</Code><Message>made on purpose</Message></Error>";
    String head =
        "HTTP/1.1 %d Fault\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n";
    OutputStream out = client.getOutputStream();
    out.write((String.format(head, status, body.length()) + body).getBytes(StandardCharsets.UTF_8));
    out.flush();
    client.shutdownOutput();
  }

  private static void quietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was closed.
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = thread(work);
    thread.start();
    return thread;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "fault-proxy");
    thread.setDaemon(true);
    return thread;
  }
}
