package dev.espalier.workers.connection;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The development server that a process started, as noted in its work folder. A process that is
 * killed leaves its server running; the next one of the folder finds the note, uses that server and
 * ends it.
 *
 * @param server its process
 * @param owner the process that is to end it
 */
record StartedServer(Id server, Id owner) {
  private static final long PATIENCE_SECONDS = 10;

  /** A process; the start tells it from a later one of the same number. */
  record Id(long pid, long startedMillis) {
    static Id of(ProcessHandle process) {
      return new Id(process.pid(), started(process).toEpochMilli());
    }

    Optional<ProcessHandle> alive() {
      return ProcessHandle.of(pid)
          .filter(process -> process.isAlive() && Id.of(process).equals(this));
    }

    private static Instant started(ProcessHandle process) {
      return process.info().startInstant().orElse(Instant.EPOCH);
    }
  }

  /** Notes the server that this process has just started: its newest child. */
  static void note(WorkFolder folder) {
    ProcessHandle.current()
        .children()
        .max(Comparator.comparing(Id::started))
        .ifPresent(child -> write(folder, Id.of(child)));
  }

  /** Takes over the server whose owner is gone, if there is one. */
  static Optional<StartedServer> adopt(WorkFolder folder) {
    return read(folder)
        .filter(noted -> noted.server.alive().isPresent() && noted.owner.alive().isEmpty())
        .map(noted -> write(folder, noted.server));
  }

  /** This process no longer has a server to end. */
  static void forget(WorkFolder folder) {
    try {
      Files.deleteIfExists(folder.serverNote());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it. */
  void end(WorkFolder folder) {
    server
        .alive()
        .ifPresent(
            process -> {
              CompletableFuture<ProcessHandle> exit = process.onExit();
              process.destroy();
              exit.completeOnTimeout(process, PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            });
    forget(folder);
  }

  private static StartedServer write(WorkFolder folder, Id server) {
    StartedServer noted = new StartedServer(server, Id.of(ProcessHandle.current()));
    try {
      Files.writeString(folder.serverNote(), Json.write(noted));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return noted;
  }

  private static Optional<StartedServer> read(WorkFolder folder) {
    Path note = folder.serverNote();
    try {
      return Files.exists(note)
          ? Optional.of(Json.read(Files.readString(note), StartedServer.class, note.toString()))
          : Optional.empty();
    } catch (IOException | InvalidInput e) {
      return Optional.empty(); // A torn note names no server.
    }
  }
}
