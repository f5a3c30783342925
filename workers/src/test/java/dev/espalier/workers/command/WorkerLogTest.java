package dev.espalier.workers.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerLogTest {
  @TempDir Path folder;
  private Path file;
  private WorkerLog log;

  @BeforeEach
  void log() {
    file = folder.resolve("espalier.log");
    log = new WorkerLog(file);
  }

  @Test
  void onlyWholeLinesThatNameTheRunAreTold() throws IOException {
    assertThat(log.further(() -> Set.of("abc"))).isEmpty();
    write("2026-11-22 01:02:03 INFO DurableTraining - finetune abc: going on from step 120\n");
    write("2026-11-22 01:02:03 INFO DurableTraining - finetune def: going on from step 120\n");
    write("java.io.IOException: abc\n\tat abc\n2026-11-22 01:02:04 WARN Retry - abc");
    assertThat(log.further(() -> Set.of("abc")))
        .extracting(WorkerLog.Entry::text)
        .containsExactly("INFO finetune abc: going on from step 120");
    write(" is away\n");
    assertThat(log.further(() -> Set.of("abc")))
        .extracting(WorkerLog.Entry::text)
        .containsExactly("WARN abc is away");
  }

  @Test
  void aLogThatWasBegunAnewIsReadFromItsStart() throws IOException {
    write("2026-11-22 01:02:03 INFO DurableTraining - finetune abc: a long first line\n");
    assertThat(log.further(() -> Set.of("abc"))).hasSize(1);
    Files.delete(file);
    write("2026-11-22 01:02:05 INFO Shelf - abc\n");
    assertThat(log.further(() -> Set.of("abc"))).hasSize(1);
  }

  @Test
  void nobodyIsAskedForNamesAsLongAsNothingIsWritten() throws IOException {
    write("");
    log.further(
        () -> {
          throw new AssertionError("asked");
        });
    assertThat(file).exists();
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
