package dev.espalier.workers.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A piece of work that both sides do. {@link Benchmarks} holds them by name. */
interface Benchmark {
  /** What one unit of the work is, for instance {@code one step of batch 16}. */
  String unit();

  /** The method of {@code bench_side.py} that does the same. */
  String python();

  /** Writes what both sides read into {@code folder}. */
  void prepare(Path folder) throws IOException;

  /** Does the work in rounds. Called once, in a process of its own. */
  void measure(Path folder, Rounds rounds) throws IOException;

  /** Whoever asks for rounds. */
  interface Rounds {
    /** Waits until the next round may begin; false when there is none. */
    boolean next() throws IOException;

    /**
     * Tells what the round took.
     *
     * @param seconds per unit of the work
     */
    void took(double seconds);

    /** Tells figures by which the two sides' results can be compared. */
    void results(Map<String, Double> results);

    /** Runs {@code work}, {@code units} units at a time, once unmeasured and then every round. */
    default void each(int units, Runnable work) throws IOException {
      work.run();
      while (next()) {
        long began = System.nanoTime();
        work.run();
        took((System.nanoTime() - began) * 1e-9 / units);
      }
    }
  }
}
