package dev.espalier.compression.checkpoint;

import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.nio.file.Path;

/** The files that {@code compression/src/test/python/checkpoint_fixtures.py} made. */
final class Fixtures {
  private static final Path ROOT =
      Path.of(System.getProperty("espalier.root"))
          .resolve("compression/src/test/resources/dev/espalier/compression/checkpoint");

  private Fixtures() {}

  static Path file(String name) {
    return ROOT.resolve(name);
  }

  static StateDict tensors(String name) throws IOException {
    return Safetensors.read(file(name)).tensors();
  }
}
