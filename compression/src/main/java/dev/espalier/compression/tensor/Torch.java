package dev.espalier.compression.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The PyTorch engine of this process. Configuration, read once when the first session opens:
 *
 * <ul>
 *   <li>{@code ESPALIER_DEVICE} (or the system property {@code espalier.device}): {@code cpu}
 *       (default) or {@code cuda};
 *   <li>{@code ESPALIER_THREADS} ({@code espalier.threads}): threads for CPU arithmetic; default
 *       all processors. Sums depend on it, so it is recorded with every result;
 *   <li>{@code PYTORCH_LIBRARY_PATH}: the {@code torch/lib} folder of an installed PyTorch, for
 *       CUDA. Only version {@value #VERSION} fits the natives; another one would crash the process
 *       and is refused.
 * </ul>
 *
 * <p>TorchScript's profiling executor is off: its graphs change bits after their warm-up, and a
 * resumed training could not equal an uninterrupted one.
 */
public final class Torch {
  /** The only PyTorch whose binary interface the bundled JNI library was built for. */
  public static final String VERSION = "2.7.1";

  /** So many numbers are shared out among threads, whatever is done with them. */
  private static final int SHARED_OUT = 1 << 17;

  private static final int MOST_AT_ONCE = 8;

  private static @Nullable Torch instance;

  private final Device device;
  private final int threads;
  private final Script script;
  private final Executor singly;

  private Torch(Device device, int threads, Script script, Executor singly) {
    this.device = device;
    this.threads = threads;
    this.script = script;
    this.singly = singly;
  }

  /**
   * Opens a scope for tensors on this thread. All that is created in it is freed when it closes.
   *
   * @throws InvalidInput if the configured device or PyTorch cannot be used
   */
  public static Session open() {
    Torch torch = start();
    JniUtils.setGradMode(true);
    JniUtils.setGraphExecutorOptimize(false);
    return new Session(torch, NDManager.newBaseManager(torch.device));
  }

  /**
   * Does work on pieces that do not depend on each other, as many at once as there are threads, but
   * at most {@value #MOST_AT_ONCE}, which are in memory together; the arithmetic of each on one
   * thread: bits depend on no number of threads. On a GPU one after the other.
   *
   * @param work opens a session of its own; what it throws ends the call when all have ended
   * @return in the order of the pieces
   * @throws InvalidInput as {@link #open}
   */
  public static <T, R> List<R> each(List<T> pieces, Function<T, R> work) {
    Executor singly = start().singly;
    List<CompletableFuture<R>> results =
        pieces.stream()
            .map(piece -> CompletableFuture.supplyAsync(() -> work.apply(piece), singly))
            .toList();
    try {
      CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).join();
      return results.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      if (e.getCause() instanceof Error cause) throw cause;
      throw e;
    }
  }

  /**
   * Threads that each compute alone. They begin before any other computes: PyTorch's number of
   * threads is the calling thread's own, and what later threads take over when they first share out
   * work, which these therefore do at once.
   */
  private static Executor singly(int threads) {
    CountDownLatch begun = new CountDownLatch(threads);
    AtomicReference<@Nullable Throwable> trouble = new AtomicReference<>();
    ThreadFactory factory =
        loop -> {
          Runnable alone =
              () -> {
                try (NDManager scope = NDManager.newBaseManager(Device.cpu())) {
                  JniUtils.setNumThreads(1);
                  scope.ones(new Shape(SHARED_OUT)).mul(2);
                } catch (Throwable e) {
                  trouble.set(e);
                } finally {
                  begun.countDown();
                }
                loop.run();
              };
          Thread thread = new Thread(alone, "torch-singly");
          thread.setDaemon(true);
          return thread;
        };
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    pool.prestartAllCoreThreads();
    try {
      begun.await();
      if (trouble.get() == null) return pool;
      pool.shutdownNow();
      throw new IllegalStateException("PyTorch's threads do not begin", trouble.get());
    } catch (InterruptedException e) {
      pool.shutdownNow();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PyTorch's threads began", e);
    }
  }

  private static synchronized Torch start() {
    if (instance == null) {
      String name = setting("device", "cpu");
      InvalidInput.require(
          name.equals("cpu") || name.equals("cuda"),
          "ESPALIER_DEVICE is '%s'; legal values are cpu and cuda",
          name);
      checkNatives(name);
      System.setProperty("ai.djl.offline", System.getProperty("ai.djl.offline", "true"));
      Engine engine = Engine.getEngine("PyTorch");
      InvalidInput.require(
          name.equals("cpu") || engine.getGpuCount() > 0,
          "ESPALIER_DEVICE is cuda, but PyTorch sees no GPU; use cpu, or check the driver");
      Device device = name.equals("cpu") ? Device.cpu() : Device.gpu(0);
      int threads = threads();
      Executor singly = device.isGpu() ? Runnable::run : singly(Math.min(threads, MOST_AT_ONCE));
      JniUtils.setNumThreads(threads);
      instance = new Torch(device, threads, Script.load(NDManager.newBaseManager(device)), singly);
    }
    return instance;
  }

  private static int threads() {
    String text = setting("threads", String.valueOf(Runtime.getRuntime().availableProcessors()));
    try {
      int threads = Integer.parseInt(text);
      InvalidInput.require(
          threads >= 1 && threads <= 1024, "ESPALIER_THREADS is %s; legal are 1 to 1024", text);
      return threads;
    } catch (NumberFormatException e) {
      throw new InvalidInput("ESPALIER_THREADS is '" + text + "'; legal are 1 to 1024", e);
    }
  }

  private static String setting(String name, String otherwise) {
    String property = System.getProperty("espalier." + name);
    String variable = System.getenv("ESPALIER_" + name.toUpperCase(java.util.Locale.ROOT));
    return property != null ? property : variable != null ? variable : otherwise;
  }

  private static void checkNatives(String device) {
    String library = System.getenv("PYTORCH_LIBRARY_PATH");
    if (library == null) {
      InvalidInput.require(
          device.equals("cpu"),
          "ESPALIER_DEVICE is cuda, but PYTORCH_LIBRARY_PATH is not set; point it at the torch/lib"
              + " folder of PyTorch %s",
          VERSION);
      return;
    }
    Path versionFile = Path.of(library).resolveSibling("version.py");
    String found = version(versionFile);
    InvalidInput.require(
        found.equals(VERSION) || found.startsWith(VERSION + "+"),
        "PYTORCH_LIBRARY_PATH holds PyTorch %s; only %s works (pip install torch==%s)",
        found,
        VERSION,
        VERSION);
    System.setProperty("PYTORCH_VERSION", VERSION);
    if (System.getenv("PYTORCH_FLAVOR") == null) {
      System.setProperty("PYTORCH_FLAVOR", device.equals("cuda") ? "cu128" : "cpu");
    }
  }

  private static String version(Path file) {
    try {
      Matcher matcher =
          Pattern.compile("__version__\\s*=\\s*'([^']+)'").matcher(Files.readString(file));
      InvalidInput.require(matcher.find(), "%s names no PyTorch version", file);
      return matcher.group(1);
    } catch (IOException e) {
      throw new InvalidInput(
          "PYTORCH_LIBRARY_PATH: "
              + file
              + " cannot be read, so the PyTorch version is unknown; only "
              + VERSION
              + " works",
          e);
    }
  }

  /** Tensors of one piece of work on one thread, and what computes on them. */
  public static final class Session implements AutoCloseable {
    private final Torch torch;
    private final NDManager manager;

    private Session(Torch torch, NDManager manager) {
      this.torch = torch;
      this.manager = manager;
    }

    /** Owner of the tensors that live as long as this session. */
    public NDManager manager() {
      return manager;
    }

    public Script script() {
      return torch.script;
    }

    /**
     * Device and its model, threads and version: what a bit-identical repetition needs to be the
     * same.
     */
    public String environment() {
      boolean gpu = torch.device.isGpu();
      return String.format(
          "%s (%s), %d threads, PyTorch %s",
          gpu ? "cuda" : "cpu", DeviceModel.name(gpu), torch.threads, VERSION);
    }

    /** Copies a host tensor to the device, into {@code scope}. */
    public NDArray toDevice(NDManager scope, Tensor tensor) {
      DataType type =
          switch (tensor.dtype()) {
            case F64 -> DataType.FLOAT64;
            case F32, F16, BF16 -> DataType.FLOAT32;
            case I64 -> DataType.INT64;
            case I32, I16 -> DataType.INT32;
            case I8 -> DataType.INT8;
            case U8 -> DataType.UINT8;
            case BOOL -> DataType.BOOLEAN;
          };
      Tensor plain =
          switch (tensor.dtype()) {
            case F16, BF16 -> tensor.toFloat32();
            default -> tensor;
          };
      long[] shape = Arrays.stream(plain.shape()).asLongStream().toArray();
      NDArray array = scope.create(new Shape(shape), type);
      if (plain.size() == 0) return array;
      if (torch.device.isGpu()) {
        array.set(plain.bytes());
      } else {
        array.toByteBuffer(true).put(plain.bytes());
      }
      return array;
    }

    @Override
    public void close() {
      manager.close();
    }
  }

  /** Copies a device tensor to the host. */
  public static Tensor toHost(NDArray array) {
    Dtype dtype =
        switch (array.getDataType()) {
          case FLOAT64 -> Dtype.F64;
          case FLOAT32 -> Dtype.F32;
          case INT64 -> Dtype.I64;
          case INT32 -> Dtype.I32;
          case INT8 -> Dtype.I8;
          case UINT8 -> Dtype.U8;
          case BOOLEAN -> Dtype.BOOL;
          default -> throw new EngineException("no host type for " + array.getDataType());
        };
    int[] shape = Arrays.stream(array.getShape().getShape()).mapToInt(Math::toIntExact).toArray();
    return Tensor.of(dtype, shape, array.toByteBuffer(false));
  }
}
