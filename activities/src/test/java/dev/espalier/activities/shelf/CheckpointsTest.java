package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.finetune.KeepPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.espalier.activities.shelf.S3Servers#all")
class CheckpointsTest {
  private static final String KEY = "0123456789abcdef0123";
  private static final String PLACE = "stages/finetune/" + KEY + "/checkpoints";

  @Parameter S3Servers.Server server;
  @TempDir Path cache;
  ObjectStore store;
  Shelf shelf;

  @BeforeEach
  void open() {
    store = ObjectStore.open(server.config());
    shelf = new Shelf(store, cache, Map.of());
  }

  @Test
  void withoutAnyTrainingBeginsAtZero() {
    assertThat(claim().newestVerified(0)).isEmpty();
  }

  @Test
  void theNewestIsFoundAndTwoAreKept() throws Exception {
    Checkpoints checkpoints = claim();
    for (int step = 500; step <= 2_000; step += 500) commit(checkpoints, step);

    Checkpoints.Checkpoint newest = claim().newestVerified(2_000).orElseThrow();

    assertThat(newest.step()).isEqualTo(2_000);
    assertThat(Files.readString(newest.artifact().fetch("state.safetensors")))
        .isEqualTo("state at 2000");
    assertThat(newest.artifact().numbers().get("loss").asDouble()).isEqualTo(0.25);
    assertThat(steps()).containsExactly("step-00001500-epoch-1", "step-00002000-epoch-1");
  }

  @Test
  void theBestAndEveryNthAreKeptAsThePolicySays() {
    KeepPolicy keep = new KeepPolicy(1, 1, 300);
    Checkpoints checkpoints = shelf.checkpoints("finetune", KEY, keep);
    double[] losses = {5, 3, 4, 2, 6, 7};
    for (int i = 0; i < 5; i++) commit(checkpoints, 100 * (i + 1), losses[i]);
    // Another attempt knows as much: the numbers are in the manifests.
    commit(shelf.checkpoints("finetune", KEY, keep), 600, losses[5]);

    assertThat(steps())
        .extracting(name -> name.substring(0, 13))
        .containsExactly("step-00000300", "step-00000400", "step-00000600");
    assertThat(claim().newestVerified(0).orElseThrow().step()).isEqualTo(600);
  }

  private static void commit(Checkpoints checkpoints, int step, double validationLoss) {
    checkpoints
        .stage(step)
        .add("state.safetensors", bytes("state at " + step))
        .numbers(Map.of(Checkpoints.METRIC, validationLoss))
        .commit();
  }

  @Test
  void aDamagedNewestFallsBackToTheOneBefore() {
    List<UnaryOperator<byte[]>> damages =
        List.of(
            whole -> Arrays.copyOf(whole, whole.length - 2),
            whole -> new byte[0],
            whole -> {
              byte[] flipped = whole.clone();
              flipped[flipped.length / 2] ^= 4;
              return flipped;
            });
    for (String part : List.of("state.safetensors", "curve.jsonl", "checkpoint.json")) {
      for (UnaryOperator<byte[]> damage : damages) {
        fallsBack(
            object -> store.put(object, damage.apply(store.get(object).orElseThrow().bytes())),
            part);
      }
      fallsBack(store::delete, part);
    }
  }

  private void fallsBack(Consumer<String> damage, String part) {
    store.listEverything(PLACE).forEach(object -> store.delete(object.key()));
    Checkpoints checkpoints = claim();
    commit(checkpoints, 1_000);
    commit(checkpoints, 1_500);
    damage.accept(PLACE + "/step-00001500-epoch-1/" + part);

    Checkpoints next = claim();
    assertThat(next.newestVerified(1_500).orElseThrow().step()).isEqualTo(1_000);
    commit(next, 1_500);
    assertThat(claim().newestVerified(1_500).orElseThrow().step()).isEqualTo(1_500);
  }

  @Test
  void aDamagedCheckpointIsNotCountedAmongThoseKept() {
    Checkpoints checkpoints = claim();
    commit(checkpoints, 1_000);
    commit(checkpoints, 1_500);
    store.put(PLACE + "/step-00001500-epoch-1/state.safetensors", bytes("torn"));

    Checkpoints next = claim();
    next.newestVerified(0);
    commit(next, 1_700);
    store.put(PLACE + "/step-00001700-epoch-" + next.epoch() + "/state.safetensors", bytes("torn"));

    assertThat(claim().newestVerified(0).orElseThrow().step()).isEqualTo(1_000);
  }

  @Test
  void trainingNeverSilentlyBeginsAnew() {
    Checkpoints checkpoints = claim();
    commit(checkpoints, 500);
    commit(checkpoints, 1_000);
    store.delete(PLACE + "/step-00000500-epoch-1/state.safetensors");
    store.delete(PLACE + "/step-00001000-epoch-1/checkpoint.json");

    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(() -> claim().newestVerified(0))
          .isInstanceOf(LostCheckpoint.class)
          .hasMessageContaining(PLACE)
          .hasMessageContaining("step 1000");
    }
  }

  @Test
  void aPromisedStepThatIsNotThereIsAnError() {
    assertThatThrownBy(() -> claim().newestVerified(300))
        .isInstanceOf(LostCheckpoint.class)
        .hasMessageContaining("step 300");
  }

  @Test
  void anOvertakenAttemptCanCommitNothing() {
    Checkpoints zombie = claim();
    commit(zombie, 500);
    Staging begun = zombie.stage(1_000).add("state.safetensors", bytes("of the zombie"));
    Checkpoints next = claim();
    assertThat(next.epoch()).isGreaterThan(zombie.epoch());
    assertThat(next.newestVerified(0).orElseThrow().step()).isEqualTo(500);

    assertThatThrownBy(begun::commit).isInstanceOf(StaleAttempt.class);
    assertThatThrownBy(() -> zombie.stage(1_500)).isInstanceOf(StaleAttempt.class);
    assertThatThrownBy(zombie::requireCurrent).isInstanceOf(StaleAttempt.class);

    // What it wrote does not count, and does not stand in the way.
    assertThat(claim().newestVerified(0).orElseThrow().step()).isEqualTo(500);
    Checkpoints last = claim();
    commit(last, 1_000);
    assertThatThrownBy(begun::commit).isInstanceOf(StaleAttempt.class);
    Checkpoints.Checkpoint newest = claim().newestVerified(0).orElseThrow();
    assertThat(newest.step()).isEqualTo(1_000);
    assertThat(newest.artifact().bytes("state.safetensors")).isEqualTo(bytes("state at 1000"));
  }

  @Test
  void aZombieThatIsAheadIsNotFollowed() {
    Checkpoints zombie = claim();
    commit(zombie, 500);
    Staging ahead = zombie.stage(9_000).add("state.safetensors", bytes("of the zombie"));
    Checkpoints next = claim();
    commit(next, 1_000);
    assertThatThrownBy(ahead::commit).isInstanceOf(StaleAttempt.class);

    assertThat(claim().newestVerified(0).orElseThrow().step()).isEqualTo(1_000);
  }

  @Test
  void whatAnAttemptWroteJustBeforeItWasKilledIsUsed() {
    Checkpoints killed = claim();
    commit(killed, 500);
    writeUnlisted(killed.epoch(), 1_000);

    assertThat(claim().newestVerified(500).orElseThrow().step()).isEqualTo(1_000);
    // Now it is listed.
    assertThat(claim().newestVerified(1_000).orElseThrow().step()).isEqualTo(1_000);
  }

  @Test
  void aLostLedgerIsRebuiltFromTheManifests() {
    for (Consumer<String> damage :
        List.<Consumer<String>>of(store::delete, key -> store.put(key, bytes("{\"schema\":1,")))) {
      store.listEverything(PLACE).forEach(object -> store.delete(object.key()));
      Checkpoints before = claim();
      commit(before, 500);
      commit(before, 1_000);
      ledgers().forEach(damage);

      assertThat(claim().epoch()).isGreaterThan(before.epoch());
      assertThat(claim().newestVerified(0).orElseThrow().step()).isEqualTo(1_000);
      assertThatThrownBy(() -> before.stage(1_500)).isInstanceOf(StaleAttempt.class);
    }
  }

  @Test
  void aDamagedLedgerWithNoCheckpointBesideItIsAnErrorForEveryAttempt() {
    claim();
    ledgers().forEach(key -> store.put(key, bytes("garbage")));

    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(() -> claim().newestVerified(0)).isInstanceOf(LostCheckpoint.class);
    }
  }

  @Test
  void unfinishedUploadsAreNeitherReadNorKept() {
    Checkpoints checkpoints = claim();
    commit(checkpoints, 500);
    String leftover = "state.safetensors-0f8fad5b-d9cb-469f-a165-70867728950e";
    ObjectStoreTest.plant(store, PLACE + "/step-00000500-epoch-1/" + leftover);
    ObjectStoreTest.plant(store, PLACE + "/step-00009999-epoch-1/" + leftover);

    Checkpoints next = claim();
    assertThat(next.newestVerified(500).orElseThrow().step()).isEqualTo(500);
    commit(next, 1_000);
    commit(next, 1_500);
    assertThat(store.listEverything(PLACE))
        .extracting(ObjectStore.Stat::key)
        .noneMatch(key -> key.contains("step-00000500"));
  }

  @Test
  void theSameStepMayBeCommittedAgainIfItIsTheSame() {
    Checkpoints checkpoints = claim();
    commit(checkpoints, 500);
    commit(checkpoints, 500);

    Staging other = checkpoints.stage(500).add("state.safetensors", bytes("another"));
    assertThatThrownBy(other::commit).isInstanceOf(IllegalStateException.class);
    assertThat(claim().newestVerified(0).orElseThrow().step()).isEqualTo(500);
  }

  @Test
  void ofManyWhoTakeOverAtOnceOneCanCommit() throws Exception {
    List<Checkpoints> attempts = IntStream.range(0, 12).parallel().mapToObj(i -> claim()).toList();

    assertThat(attempts.stream().map(Checkpoints::epoch).distinct()).hasSize(12);
    List<Checkpoints> current = new ArrayList<>();
    for (Checkpoints attempt : attempts) {
      try {
        commit(attempt, 100);
        current.add(attempt);
      } catch (StaleAttempt e) {
        // overtaken
      }
    }
    assertThat(current).hasSize(1);
    long newest = attempts.stream().mapToLong(Checkpoints::epoch).max().orElseThrow();
    assertThat(current.get(0).epoch()).isEqualTo(newest);
  }

  @Test
  void oneWhoSleptThroughManyLedgersIsStopped() {
    Checkpoints asleep = claim();
    Staging begun = asleep.stage(100).add("state.safetensors", bytes("of the sleeper"));
    Checkpoints other = claim();
    for (int step = 100; step <= 800; step += 100) commit(other, step);
    assertThat(ledgers()).hasSizeLessThan(4);

    assertThatThrownBy(begun::commit).isInstanceOf(StaleAttempt.class);

    commit(other, 900);
    assertThat(claim().newestVerified(900).orElseThrow().step()).isEqualTo(900);
  }

  private Checkpoints claim() {
    return shelf.checkpoints("finetune", KEY);
  }

  private static void commit(Checkpoints checkpoints, int step) {
    checkpoints
        .stage(step)
        .add("state.safetensors", bytes("state at " + step))
        .add("curve.jsonl", bytes("{\"step\":" + step + "}\n"))
        .numbers(Map.of("loss", 0.25))
        .commit();
  }

  /** What is there when a process dies between the manifest and the ledger. */
  private void writeUnlisted(long epoch, int step) {
    String place = PLACE + "/" + new CheckpointName(step, epoch);
    shelf
        .checkpoint(
            place,
            "finetune",
            epoch,
            manifest -> {
              shelf.putNew(manifest);
              return shelf.stored(manifest);
            })
        .add("state.safetensors", bytes("state at " + step))
        .commit();
  }

  private List<String> ledgers() {
    return store.list(PLACE).stream()
        .map(ObjectStore.Stat::key)
        .filter(key -> Ledger.number(key) > 0)
        .toList();
  }

  private List<String> steps() {
    return store.list(PLACE).stream()
        .map(object -> object.key().substring(PLACE.length() + 1).split("/")[0])
        .filter(name -> name.startsWith("step-"))
        .distinct()
        .toList();
  }
}
