package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.Shape;
import dev.espalier.compression.tensor.Torch;
import org.junit.jupiter.api.Test;

class OutOfMemoryTest {
  @Test
  void theHostsAllocatorIsTakenAtItsWord() {
    Throwable failure;
    try (Torch.Session session = Torch.open()) {
      failure = catchThrowable(() -> session.manager().zeros(new Shape(1L << 46)));
    }
    OutOfMemory told = OutOfMemory.of(failure, 1).orElseThrow();

    assertThat(told)
        .hasMessageStartingWith("out of host memory: lower finetune.batch or evaluate.batch")
        .hasMessageContaining("281474976710656 bytes")
        .hasMessageContaining("attempt 1 of 2")
        .hasMessageNotContaining("\n");
    assertThat(told.last()).isFalse();
  }

  @Test
  void theDevicesAllocatorIsToldFromTheHosts() {
    EngineException failure =
        new EngineException(
            "The following operation failed in the TorchScript interpreter.\n"
                + "Traceback of TorchScript (most recent call last):\n"
                + "RuntimeError: CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a"
                + " total capacity of 139.81 GiB of which 3.00 GiB is free.\n");

    assertThat(OutOfMemory.of(new IllegalStateException(failure), 2).orElseThrow())
        .hasMessageStartingWith("out of GPU memory")
        .hasMessageContaining("Tried to allocate 20.00 GiB")
        .hasMessageNotContaining("\n")
        .extracting(OutOfMemory::last)
        .isEqualTo(true);
  }

  @Test
  void theHeapIsToldFromWhatLiesBesideIt() {
    assertThat(OutOfMemory.of(new OutOfMemoryError("Java heap space"), 1).orElseThrow())
        .hasMessageStartingWith("out of Java heap: raise it (ESPALIER_JAVA_OPTS=-Xmx…)");
    assertThat(
            OutOfMemory.of(new OutOfMemoryError("Cannot reserve 1024 bytes of direct buffer"), 1)
                .orElseThrow())
        .hasMessageStartingWith("out of host memory");
  }

  @Test
  void otherFailuresAreNotTakenForIt() {
    assertThat(OutOfMemory.of(new EngineException("shape '[2]' is invalid"), 1)).isEmpty();
    assertThat(OutOfMemory.of(new IllegalStateException("out of memory, says the store"), 1))
        .isEmpty();
  }
}
