package dev.espalier.compression.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.data.Datasets;
import dev.espalier.compression.data.ImageDataset;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a folder of pictures, which are decoded on other threads while a step is computed. */
class BatchesTest {
  private static final FinetuneConfig CONFIG = TinyTraining.config("float32", 40);

  @TempDir private Path folder;
  private ImageDataset data;

  @BeforeEach
  void open() throws IOException {
    for (int i = 0; i < 270; i++) {
      BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
      int[] pixels = CounterRandom.at(i, "picture", 0).ints(64, 0, 256).toArray();
      image.getRaster().setPixels(0, 0, 8, 8, pixels);
      ImageIO.write(image, "png", folder.resolve("%03d.png".formatted(i)).toFile());
    }
    data = load();
  }

  private ImageDataset load() {
    return new Datasets(List.of(folder)).load("folder:.", 1, 8, 8);
  }

  @Test
  void aStepGetsTheImagesThatSeedAndStepSay() {
    Batches batches = new Batches(data, CONFIG);
    DataOrder order = new DataOrder(data.trainable(), CONFIG.batch(), CONFIG.seed());
    for (int step = 1; step <= 40; step++) {
      Batches.Batch batch = batches.at(step);
      assertThat(batch.indices()).isEqualTo(order.indices(step));
      assertThat(batch.images()).isEqualTo(data.images(order.indices(step), order.flips(step)));
    }
  }

  @Test
  void aTrainingThatGoesOnInAnotherProcessGetsTheSame() {
    Batches whole = new Batches(data, CONFIG);
    Batches resumed = new Batches(load(), CONFIG);
    for (int step = 1; step <= 40; step++) {
      float[] images = whole.at(step).images();
      if (step >= 17) assertThat(resumed.at(step).images()).isEqualTo(images);
    }
  }

  @Test
  void aPictureThatIsGoneEndsTheTrainingWithItsName() throws IOException {
    Batches batches = new Batches(data, CONFIG);
    batches.at(1);
    for (int i = 0; i < 270; i++) Files.delete(folder.resolve("%03d.png".formatted(i)));
    assertThatThrownBy(
            () -> {
              for (int step = 2; step <= 40; step++) batches.at(step);
            })
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("data 'folder:.': ")
        .hasMessageContaining(".png can no longer be read");
  }
}
