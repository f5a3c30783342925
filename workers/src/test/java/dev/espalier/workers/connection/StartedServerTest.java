package dev.espalier.workers.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.Json;
import dev.espalier.workers.connection.StartedServer.Id;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class StartedServerTest {
  @TempDir Path work;

  private WorkFolder folder;
  private Process server;

  @BeforeEach
  void start() throws Exception {
    folder = new WorkFolder(work);
    server = new ProcessBuilder("sleep", "600").start();
  }

  @AfterEach
  void stop() {
    server.destroyForcibly();
  }

  @Test
  void aServerWhoseOwnerLivesIsLeftAlone() {
    StartedServer.note(folder);
    assertThat(folder.serverNote()).content().contains("\"pid\":" + server.pid());
    assertThat(StartedServer.adopt(folder)).isEmpty();
  }

  @Test
  void aServerWhoseOwnerIsGoneIsTakenOverAndEnded() throws Exception {
    note(Id.of(server.toHandle()));
    StartedServer adopted = StartedServer.adopt(folder).orElseThrow();
    assertThat(adopted.owner().pid()).isEqualTo(ProcessHandle.current().pid());
    adopted.end(folder);
    assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(folder.serverNote()).doesNotExist();
  }

  @Test
  void aLaterProcessOfTheSameNumberIsNotMistakenForTheServer() throws Exception {
    note(new Id(server.pid(), 1));
    assertThat(StartedServer.adopt(folder)).isEmpty();
    assertThat(server.isAlive()).isTrue();
  }

  @Test
  void aTornNoteNamesNoServer() throws Exception {
    Files.writeString(folder.serverNote(), "{\"server\":");
    assertThat(StartedServer.adopt(folder)).isEmpty();
  }

  private void note(Id noted) throws Exception {
    Process owner = new ProcessBuilder("sleep", "60").start();
    Id gone = Id.of(owner.toHandle());
    owner.destroyForcibly().waitFor();
    Files.writeString(folder.serverNote(), Json.write(new StartedServer(noted, gone)));
  }
}
