package dev.espalier.activities.shelf;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Actors on threads of their own, of which one runs at a time: whoever has the turn hands it on
 * where the actor calls {@link #pass}, to whom the seed says.
 */
final class Turns {
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "actor");
            thread.setDaemon(true);
            return thread;
          });

  private final Random random;
  private final double stay;
  private final double sleep;
  private final Runnable between;
  private final List<Actor> actors = new ArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile Actor turn;

  private static final class Actor {
    private final Runnable work;
    private volatile Thread thread;
    private boolean done;
    private int asleep;

    Actor(Runnable work) {
      this.work = work;
    }
  }

  /**
   * @param stay probability that an actor goes on where it could hand over
   * @param sleep probability that one who hands over sleeps for long
   * @param between called at every {@link #pass}
   */
  Turns(Random random, double stay, double sleep, Runnable between) {
    this.random = random;
    this.stay = stay;
    this.sleep = sleep;
    this.between = between;
  }

  void add(Runnable work) {
    actors.add(new Actor(work));
  }

  /** Runs all actors to their ends. */
  void run() throws InterruptedException {
    if (actors.isEmpty()) return;
    turn = actors.get(random.nextInt(actors.size()));
    for (Actor actor : actors) THREADS.execute(() -> run(actor));
    end.await();
  }

  /** Any other actor may now run for a while. */
  void pass() {
    between.run();
    Actor me = turn;
    if (me == null || random.nextDouble() < stay) return;
    if (random.nextDouble() < sleep) me.asleep = random.nextInt(200);
    handOver(me, choose());
  }

  private void run(Actor actor) {
    actor.thread = Thread.currentThread();
    await(actor);
    try {
      actor.work.run();
    } finally {
      actor.done = true;
      Actor next = choose();
      if (next == null) {
        turn = null;
        end.countDown();
      } else {
        turn = next;
        LockSupport.unpark(next.thread);
      }
    }
  }

  private void handOver(Actor me, Actor next) {
    if (next == me) return;
    turn = next;
    LockSupport.unpark(next.thread);
    await(me);
  }

  private void await(Actor actor) {
    while (turn != actor) LockSupport.parkNanos(50_000_000);
  }

  private Actor choose() {
    List<Actor> left = actors.stream().filter(a -> !a.done).toList();
    if (left.isEmpty()) return null;
    left.forEach(a -> a.asleep--);
    List<Actor> awake = left.stream().filter(a -> a.asleep <= 0).toList();
    List<Actor> from = awake.isEmpty() ? left : awake;
    return from.get(random.nextInt(from.size()));
  }
}
