package dev.espalier.compression.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {
  private static final int[] SHAPE = {3, 8, 8};
  private static final String[] OTHERS = {"celeba", "cifar10", "fashion-mnist-t10k", "lsun-church"};

  @TempDir private Path root;

  private Datasets datasets() {
    return new Datasets(List.of(root.resolve("elsewhere"), root), root.resolve("cache"));
  }

  @Test
  void fashionMnistKeepsTheFingerprintThatStageKeysAreMadeOf() {
    Path kept = Path.of(System.getProperty("espalier.root"), "datasets");
    Datasets datasets = new Datasets(List.of(kept), root.resolve("cache"));
    String fingerprint = "9f1ec356a747bfe4ebab3cfb722d3694c9ca737e2570f6f90cf31d7b6fd689d4";
    assertThat(datasets.load("fashion-mnist-t10k").fingerprint()).isEqualTo(fingerprint);
    ImageDataset again =
        new Datasets(List.of(kept), root.resolve("cache")).load("fashion-mnist-t10k");
    assertThat(again.fingerprint()).isEqualTo(fingerprint);
    assertThat(again.labels()).startsWith(9, 2, 1, 1, 6);
    assertThat(new Fingerprint().add(again.pixels(all(again))).add(again.labels()).hex())
        .isEqualTo(fingerprint);
  }

  @Test
  void aFolderOfAnyImagesTakesTheSizeOfTheNetwork() throws Exception {
    Pictures.write(root.resolve("cats"), 300, 12, 9);
    Files.writeString(root.resolve("cats/labels.txt"), "no image, and none by its name");
    Pictures.write(root.resolve("cats/.hidden"), 3, 12, 9);

    ImageDataset data = datasets().load("folder:cats", SHAPE);

    assertThat(data.size()).isEqualTo(300);
    assertThat(data.imageShape()).containsExactly(SHAPE);
    assertThat(data.skipped()).isZero();
    // Sorted by path: 00001 to 00299 without each seventh, then those in the folder "more".
    int last = 299 - (299 / 7 + 1) + 1;
    assertThat(data.pixels(new int[] {0, last})).isEqualTo(framed("00001.png", "more/00000.png"));
    assertThat(datasets().load("folder:" + root.resolve("cats"), SHAPE).fingerprint())
        .isEqualTo(data.fingerprint());
    assertThat(datasets().load("folder:cats", 3, 7, 7).fingerprint())
        .isNotEqualTo(data.fingerprint());
  }

  private byte[] framed(String... names) throws Exception {
    byte[] planes = new byte[names.length * 192];
    for (int i = 0; i < names.length; i++) {
      DecodedImage image =
          ImageFile.decode(Files.readAllBytes(root.resolve("cats").resolve(names[i])));
      Framing.CENTRE.frame(image, SHAPE).planes(3, planes, i * 192);
    }
    return planes;
  }

  @Test
  void greyImagesServeBothKindsOfNetworksAndColouredOnesOnlyTheirOwn() throws Exception {
    for (int i = 0; i < 260; i++) {
      Path file = root.resolve("grey/%03d.png".formatted(i));
      Pictures.write(file, i, 8, 8, BufferedImage.TYPE_BYTE_GRAY);
    }
    byte[] grey = datasets().load("folder:grey", 1, 8, 8).pixels(new int[] {5});
    byte[] colour = datasets().load("folder:grey", SHAPE).pixels(new int[] {5});
    for (int c = 0; c < 3; c++) {
      assertThat(Arrays.copyOfRange(colour, c * 64, c * 64 + 64)).isEqualTo(grey);
    }
    Pictures.write(root.resolve("grey"), 2, 8, 8);
    refused("folder:grey", "2 of 262 images have 3 channels, the first of them 00001.png", 1, 8, 8);
    refused("folder:grey", "the network works on 4", 4, 8, 8);
  }

  @Test
  void brokenFilesAreCountedAndNamedAndLeftOutOnlyWhenAsked() throws Exception {
    Path cats = root.resolve("cats");
    Pictures.write(cats, 270, 12, 9);
    String healthy = datasets().load("folder:cats", SHAPE).fingerprint();
    byte[] png = Files.readAllBytes(cats.resolve("00001.png"));
    Files.write(cats.resolve("cut.png"), Arrays.copyOf(png, png.length / 2));
    Files.writeString(cats.resolve("text.jpg"), "not a picture");
    Files.copy(Golden.file("images/refused-16-bits.png"), cats.resolve("deep.png"));
    Pictures.write(cats.resolve("little.png"), 1, 7, 20, BufferedImage.TYPE_3BYTE_BGR);

    refused(
        "folder:cats",
        "data 'folder:cats': 4 of 274 files cannot be used: cut.png (truncated), deep.png (16 bits"
            + " a channel), little.png (7 × 20 pixels, smaller than 8 × 8), text.jpg (not a PNG,"
            + " JPEG, BMP or GIF); remove them, or name the data 'folder:cats?skip-broken' to"
            + " leave them out",
        SHAPE);

    ImageDataset rest = datasets().load("folder:cats?skip-broken", SHAPE);
    assertThat(rest.size()).isEqualTo(270);
    assertThat(rest.skipped()).isEqualTo(4);
    assertThat(rest.fingerprint()).isEqualTo(healthy);
  }

  @Test
  void celebaIsCroppedAndOfOneSize() throws Exception {
    Path folder = Files.createDirectories(root.resolve("celeba/img_align_celeba"));
    for (int i = 1; i <= 257; i++) {
      Files.copy(Golden.file("images/face.jpg"), folder.resolve("%06d.jpg".formatted(i)));
    }
    ImageDataset data = datasets().load("celeba", 3, 64, 64);
    byte[] expected = new byte[3 * 64 * 64];
    ImageFile.decode(Golden.bytes("framed/face_jpg-celeba-64.png")).planes(3, expected, 0);
    assertThat(data.pixels(new int[] {256})).isEqualTo(expected);
    Files.copy(Golden.file("images/small.png"), folder.resolve("000000.png"));
    refused("celeba", "1 of 258 files cannot be used: 000000.png (61 × 40 pixels, not", 3, 64, 64);
  }

  @Test
  void noUnchangedFileIsReadTwice() throws Exception {
    Path cats = root.resolve("cats");
    Pictures.write(cats, 270, 9, 9);
    ImageDataset first = datasets().load("folder:cats", SHAPE);

    // The same size and time with other contents: what is not read again is not noticed.
    Path file = cats.resolve("00001.png");
    FileTime time = Files.getLastModifiedTime(file);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, new byte[bytes.length]);
    Files.setLastModifiedTime(file, time);
    assertThat(datasets().load("folder:cats", SHAPE).fingerprint()).isEqualTo(first.fingerprint());

    Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() + 1000));
    refused("folder:cats", "1 of 270 files cannot be used: 00001.png", SHAPE);
    Files.write(file, bytes);
    assertThat(datasets().load("folder:cats", SHAPE).fingerprint()).isEqualTo(first.fingerprint());
  }

  @Test
  void oneProcessOpensASetOnceUntilItsFilesChange() throws Exception {
    Pictures.write(root.resolve("cats"), 270, 9, 9);
    Datasets datasets = datasets();
    List<Integer> looked = new ArrayList<>();
    ImageDataset first = datasets.open("folder:cats", SHAPE, (done, files) -> looked.add(done));
    assertThat(looked).containsExactly(0, 256);
    ImageDataset second = datasets.open("folder:cats", SHAPE, (done, files) -> looked.add(done));
    assertThat(second).isSameAs(first);
    Pictures.write(root.resolve("cats/z.png"), 7, 9, 9, BufferedImage.TYPE_3BYTE_BGR);
    ImageDataset third = datasets.open("folder:cats", SHAPE, (done, files) -> looked.add(done));
    assertThat(third.size()).isEqualTo(271);
    assertThat(looked).containsExactly(0, 256, 270);
  }

  @Test
  void aFileThatChangesWhileItIsInUseIsAnError() throws Exception {
    Pictures.write(root.resolve("cats"), 270, 9, 9);
    ImageDataset data = datasets().load("folder:cats", SHAPE);
    Pictures.write(root.resolve("cats/00001.png"), 99, 10, 9, BufferedImage.TYPE_3BYTE_BGR);
    assertThatThrownBy(() -> data.images(new int[] {3, 0, 2}))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("data 'folder:cats': 00001.png changed while it was in use");
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() throws Exception {
    Pictures.write(root.resolve("cats"), 270, 19, 14);
    int[] indices = {269, 3, 3, 17, 100, 0, 55};
    boolean[] flips = {true, false, true, true, false, false, true};
    float[] expected = null;
    for (int threads : new int[] {1, 2, 5, 16}) {
      ImageDataset data =
          new Datasets(List.of(root), null, new DecodingThreads(threads))
              .load("folder:cats", SHAPE);
      float[] images = data.images(indices, flips);
      if (expected == null) expected = images;
      assertThat(images).isEqualTo(expected);
      assertThat(images[0]).isEqualTo(images(data, 269)[7]);
    }
  }

  private static float[] images(ImageDataset data, int index) {
    return data.images(new int[] {index});
  }

  @Test
  void namesThatCannotBeAreRefusedWithTheLegalOnes() throws Exception {
    assertThatThrownBy(() -> datasets().resolve("imagenet"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("data 'imagenet' is unknown")
        .hasMessageContainingAll(OTHERS)
        .hasMessageContaining("folder:PATH, npz:PATH");
    for (String name : new String[] {"zip:a", "folder", "npz", "celeba:x", ""}) {
      assertThatThrownBy(() -> datasets().resolve(name)).hasMessageContaining("is unknown");
    }
    for (String name : new String[] {"folder:none", "npz:none.npz", "celeba", "cifar10-test"}) {
      assertThatThrownBy(() -> datasets().resolve(name)).hasMessageContaining("no files found in");
    }
    Files.copy(Golden.file("nhwc.npz"), root.resolve("a.npz"));
    refused("npz:a.npz", "images of shape [3, 5, 4]; the network works on [3, 8, 8]", SHAPE);
    refused("npz:a.npz?skip-broken", "?skip-broken is for folders of images", 3, 5, 4);
    Pictures.write(root.resolve("few"), 256, 8, 8);
    refused("folder:few", "few has 256 images; more than 256 are needed", SHAPE);
    assertThatThrownBy(() -> datasets().load("folder:few"))
        .hasMessageContaining("neither a size of its own");
    Files.createDirectories(root.resolve("empty"));
    refused("folder:empty", "empty holds no images", SHAPE);
    Files.createDirectories(root.resolve("lsun/church_outdoor_train"));
    Files.write(root.resolve("lsun/church_outdoor_train/data.mdb"), new byte[10]);
    refused("lsun-church", "is an LMDB database; export it first: python3", SHAPE);
  }

  @Test
  void whatAPlanIsCheckedAgainstIsKnownWithoutReadingPixels() throws Exception {
    Pictures.write(root.resolve("cats"), 270, 9, 9);
    Files.copy(Golden.file("nhwc.npz"), root.resolve("a.npz"));
    datasets().requireShape("folder:cats", SHAPE);
    datasets().requireShape("npz:a.npz", 3, 5, 4);
    assertThatThrownBy(() -> datasets().requireShape("npz:a.npz", 3, 4, 5))
        .isInstanceOf(InvalidInput.class);
    assertThat(root.resolve("cache")).doesNotExist();
  }

  @Test
  void notesThatAreTornAreAsGoodAsNone() throws Exception {
    Pictures.write(root.resolve("cats"), 260, 9, 9);
    String fingerprint = datasets().load("folder:cats", SHAPE).fingerprint();
    try (Stream<Path> notes = Files.list(root.resolve("cache"))) {
      Path file = notes.findFirst().orElseThrow();
      byte[] whole = Files.readAllBytes(file);
      for (int size : new int[] {0, 10, whole.length / 2, whole.length - 30}) {
        Files.write(file, Arrays.copyOf(whole, size));
        assertThat(datasets().load("folder:cats", SHAPE).fingerprint()).isEqualTo(fingerprint);
      }
    }
  }

  private void refused(String name, String told, int... shape) {
    assertThatThrownBy(() -> datasets().load(name, shape))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(told)
        .hasMessageNotContaining("\n");
  }

  private static int[] all(ImageDataset data) {
    int[] all = new int[data.size()];
    Arrays.setAll(all, i -> i);
    return all;
  }
}
