package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LivenessTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private final List<Object> sent = new CopyOnWriteArrayList<>();
  private final AtomicLong now = new AtomicLong();

  @Test
  void atMostOneHeartbeatPerIntervalIsSent() {
    try (Liveness liveness = new Liveness(sent::add, SECOND, MINUTE, now::get)) {
      for (int step = 0; step < 50; step++) {
        liveness.beat(step);
        after(100);
      }
    }
    assertThat(sent).containsExactly(0, 10, 20, 30, 40);
  }

  @Test
  void aSendIsNotHeldBack() {
    try (Liveness liveness = new Liveness(sent::add, SECOND, MINUTE, now::get)) {
      liveness.beat(1);
      liveness.send(2);
    }
    assertThat(sent).containsExactly(1, 2);
  }

  @Test
  void aCancellationReachesTheStage() {
    Heartbeat cancelled =
        details -> {
          throw new CancellationException("cancelled");
        };
    try (Liveness liveness = new Liveness(cancelled, SECOND, MINUTE, now::get)) {
      assertThatThrownBy(() -> liveness.beat(1)).isInstanceOf(CancellationException.class);
      assertThatThrownBy(liveness::beat).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void aStageThatEndsIsNotInterruptedAgain() {
    Heartbeat cancelled =
        details -> {
          sent.add(details);
          throw new CancellationException("cancelled");
        };
    try (Liveness liveness = new Liveness(cancelled, SECOND, MINUTE, now::get)) {
      assertThatThrownBy(() -> liveness.beat(1)).isInstanceOf(CancellationException.class);
      liveness.ending();
      after(2_000);
      liveness.beat();
      liveness.beat(2);
    }
    assertThat(sent).containsExactly(1);
  }

  @Test
  void whileAStageThatWasToldToStopSavesItsStateTheServerHearsOfIt() {
    Heartbeat cancelled =
        details -> {
          sent.add(details);
          throw new CancellationException("cancelled");
        };
    try (Liveness liveness = new Liveness(cancelled, SECOND, MINUTE, now::get)) {
      assertThatThrownBy(() -> liveness.beat(1)).isInstanceOf(CancellationException.class);
      after(1_000);
      liveness.repeat();
      assertThat(sent).hasSize(1);
      liveness.ending();
      liveness.repeat();
      after(1_000);
      liveness.repeat();
      liveness.beat();
    }
    assertThat(sent).containsExactly(1, 1, 1);
  }

  @Test
  void aLongCallIsCoveredByTheBackgroundUntilItIsTooLong() {
    try (Liveness liveness = new Liveness(sent::add, SECOND, Duration.ofSeconds(5), now::get)) {
      liveness.beat("long call");
      for (int i = 0; i < 20; i++) {
        after(1_000);
        liveness.repeat();
      }
      assertThat(sent).hasSize(6).containsOnly("long call");

      liveness.beat("back");
      assertThat(sent).hasSize(7);
    }
  }

  @Test
  void aCancellationDuringALongCallIsThrownAfterIt() {
    Heartbeat second =
        details -> {
          sent.add(details);
          if (sent.size() == 2) throw new CancellationException("cancelled");
        };
    try (Liveness liveness = new Liveness(second, SECOND, MINUTE, now::get)) {
      liveness.beat("long call");
      after(1_000);
      liveness.repeat();
      after(1_000);
      liveness.repeat();

      assertThat(sent).hasSize(2);
      assertThatThrownBy(() -> liveness.beat("after")).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void theBackgroundRunsFromOpenToClose() throws Exception {
    try (Liveness liveness = Liveness.open(sent::add, Duration.ofMillis(20), MINUTE, "begin")) {
      for (int i = 0; i < 500 && sent.size() < 4; i++) Thread.sleep(20);
      assertThat(sent).hasSizeGreaterThanOrEqualTo(4).containsOnly("begin");
      liveness.beat();
    }
    Thread.sleep(100);
    int atClose = sent.size();
    Thread.sleep(200);
    assertThat(sent).hasSize(atClose);
  }

  private void after(long millis) {
    now.addAndGet(millis * 1_000_000);
  }
}
