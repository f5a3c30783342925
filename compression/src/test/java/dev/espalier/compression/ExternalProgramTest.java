package dev.espalier.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

class ExternalProgramTest {
  @TempDir Path folder;

  @Test
  void anAbsentProgramIsAFailureOnlyWhereItIsRequired() {
    ExternalProgram minio = ExternalProgram.MINIO;
    assertThat(minio.find(Map.of())).isEmpty();
    assertThat(minio.find(Map.of("ESPALIER_REQUIRE_SERVERS", "temporal,python"))).isEmpty();
    for (String required : new String[] {"1", "minio", "temporal,minio", "temporal, minio"}) {
      assertThatThrownBy(() -> minio.find(Map.of("ESPALIER_REQUIRE_SERVERS", required)))
          .as(required)
          .isInstanceOf(AssertionFailedError.class)
          .hasMessageContaining("MINIO_BIN");
    }
  }

  @Test
  void theVariableWinsOverThePathAndMustNameAProgram() throws Exception {
    Path first = program("a/minio");
    Path second = program("b/minio");
    Map<String, String> path = Map.of("PATH", folder.resolve("a").toString());
    assertThat(ExternalProgram.MINIO.find(path)).contains(first);
    assertThat(
            ExternalProgram.MINIO.find(
                Map.of("PATH", folder.resolve("a").toString(), "MINIO_BIN", second.toString())))
        .contains(second);
    assertThatThrownBy(() -> ExternalProgram.MINIO.find(Map.of("MINIO_BIN", folder + "/none")))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessageContaining("no program");
  }

  private Path program(String name) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }
}
