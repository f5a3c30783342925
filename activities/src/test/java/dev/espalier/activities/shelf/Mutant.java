package dev.espalier.activities.shelf;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The protocol, and protocols that differ from it in one point that it says matters. */
enum Mutant {
  /** The protocol as it is. */
  NONE(inner -> inner),

  /** The ledger is put whether or not there is one of its number. */
  PLAIN_LEDGER_PUT(
      inner ->
          new Deviation(inner) {
            @Override
            public Optional<String> putIfAbsent(String key, byte[] bytes) {
              if (Ledger.number(key) == 0) return super.putIfAbsent(key, bytes);
              return Optional.of(inner.put(key, bytes));
            }
          }),

  /** The store looks whether there is such an object, and then writes. */
  TWO_STEP_CONDITION(
      inner ->
          new Deviation(inner) {
            @Override
            public Optional<String> putIfAbsent(String key, byte[] bytes) {
              if (Ledger.number(key) == 0) return super.putIfAbsent(key, bytes);
              if (inner.stat(key).isPresent()) return Optional.empty();
              return Optional.of(inner.put(key, bytes));
            }
          }),

  /** After its ledger is put, an attempt does not look whether it is the newest. */
  NO_LOOK_AFTER_LEDGER(
      inner ->
          new Deviation(inner) {
            private long mine;

            @Override
            public Optional<String> putIfAbsent(String key, byte[] bytes) {
              Optional<String> put = super.putIfAbsent(key, bytes);
              mine = put.isPresent() ? Ledger.number(key) : 0;
              return put;
            }

            @Override
            public List<ObjectStore.Stat> listEverything(String prefix) {
              long highest = mine == 0 ? Long.MAX_VALUE : mine;
              mine = 0;
              return super.listEverything(prefix).stream()
                  .filter(object -> Ledger.number(object.key()) <= highest)
                  .toList();
            }
          }),

  /** The manifest is written before the parts that it lists. */
  MANIFEST_FIRST(
      inner ->
          new Deviation(inner) {
            private final Map<String, byte[]> waiting = new LinkedHashMap<>();

            @Override
            public Optional<String> putIfAbsent(String key, byte[] bytes) {
              if (part(key)) {
                waiting.put(key, bytes);
                return Optional.of("");
              }
              Optional<String> put = super.putIfAbsent(key, bytes);
              waiting.forEach(inner::put);
              waiting.clear();
              return put;
            }

            @Override
            public String put(String key, byte[] bytes) {
              if (!part(key)) return super.put(key, bytes);
              waiting.put(key, bytes);
              return "";
            }
          }),

  /** The previous checkpoints are deleted before the next is written. */
  DELETES_FIRST(
      inner ->
          new Deviation(inner) {
            @Override
            public Optional<String> putIfAbsent(String key, byte[] bytes) {
              if (part(key)) deleteOthers(key);
              return super.putIfAbsent(key, bytes);
            }

            @Override
            public String put(String key, byte[] bytes) {
              if (part(key)) deleteOthers(key);
              return super.put(key, bytes);
            }

            private void deleteOthers(String key) {
              Optional<CheckpointName> mine = CheckpointName.of(key);
              inner.listEverything(Schedule.PLACE).stream()
                  .map(ObjectStore.Stat::key)
                  .filter(
                      k -> CheckpointName.of(k).isPresent() && !CheckpointName.of(k).equals(mine))
                  .forEach(inner::delete);
            }
          }),

  /** What was written is not read back. */
  NO_READ_BACK(
      inner ->
          new Deviation(inner) {
            private final Map<String, byte[]> written = new HashMap<>();

            @Override
            public Optional<String> putIfAbsent(String key, byte[] bytes) {
              Optional<String> put = super.putIfAbsent(key, bytes);
              if (put.isPresent()) written.put(key, bytes);
              return put;
            }

            @Override
            public String put(String key, byte[] bytes) {
              written.put(key, bytes);
              return super.put(key, bytes);
            }

            @Override
            public <T> Optional<T> read(String key, ObjectStore.Reader<T> reader) {
              byte[] own = written.get(key);
              return own == null ? super.read(key, reader) : Optional.of(readAll(own, reader));
            }
          }),

  /** Where none of the listed checkpoints verifies, training begins at step 0. */
  BEGINS_ANEW(inner -> inner),

  /** A reader takes a manifest's parts for right without looking at them. */
  TRUSTS_MANIFESTS(
      inner ->
          new Deviation(inner) {
            private static final Map<String, byte[]> PUT = new HashMap<>();

            @Override
            public Optional<String> putIfAbsent(String key, byte[] bytes) {
              if (part(key)) PUT.put(key, bytes);
              return super.putIfAbsent(key, bytes);
            }

            @Override
            public String put(String key, byte[] bytes) {
              if (part(key)) PUT.put(key, bytes);
              return super.put(key, bytes);
            }

            @Override
            public <T> Optional<T> read(String key, ObjectStore.Reader<T> reader) {
              byte[] right = part(key) ? PUT.get(key) : null;
              return right == null ? super.read(key, reader) : Optional.of(readAll(right, reader));
            }
          }),

  /** What this attempt does not count is deleted, though a later attempt may count it. */
  DELETES_WHAT_OTHERS_COUNT(
      inner ->
          new Deviation(inner) {
            private List<String> mine = List.of();

            @Override
            public Optional<String> putIfAbsent(String key, byte[] bytes) {
              Optional<String> put = super.putIfAbsent(key, bytes);
              long number = Ledger.number(key);
              if (number > 0) {
                mine =
                    Ledger.read(bytes, Schedule.PLACE, number).orElseThrow().entries().stream()
                        .map(e -> new CheckpointName(e.step(), e.epoch()).toString())
                        .toList();
              }
              return put;
            }

            @Override
            public void delete(String key) {
              super.delete(key);
              inner.listEverything(Schedule.PLACE).stream()
                  .map(ObjectStore.Stat::key)
                  .filter(k -> CheckpointName.of(k).isPresent())
                  .filter(k -> !mine.contains(CheckpointName.of(k).orElseThrow().toString()))
                  .forEach(inner::delete);
            }
          }),

  /** A listing shows what was there at the one before. */
  STALE_LISTINGS(
      inner ->
          new Deviation(inner) {
            private Optional<List<ObjectStore.Stat>> before = Optional.empty();

            @Override
            public List<ObjectStore.Stat> listEverything(String prefix) {
              List<ObjectStore.Stat> now = super.listEverything(prefix);
              List<ObjectStore.Stat> shown = before.orElse(now);
              before = Optional.of(now);
              return shown;
            }
          });

  private final UnaryOperator<Bucket> seam;

  Mutant(UnaryOperator<Bucket> seam) {
    this.seam = seam;
  }

  /** What an attempt of this protocol makes of its bucket. */
  Bucket of(Bucket bucket) {
    return seam.apply(bucket);
  }

  /** Passes everything on. */
  private static class Deviation implements Bucket {
    private final Bucket inner;

    Deviation(Bucket inner) {
      this.inner = inner;
    }

    static boolean part(String key) {
      return CheckpointName.of(key).isPresent() && !key.endsWith("/checkpoint.json");
    }

    static <T> T readAll(byte[] bytes, ObjectStore.Reader<T> reader) {
      try {
        return reader.read(new java.io.ByteArrayInputStream(bytes), "");
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public int singlePut() {
      return inner.singlePut();
    }

    @Override
    public String put(String key, byte[] bytes) {
      return inner.put(key, bytes);
    }

    @Override
    public String put(String key, Path file) {
      return inner.put(key, file);
    }

    @Override
    public Optional<String> putIfAbsent(String key, byte[] bytes) {
      return inner.putIfAbsent(key, bytes);
    }

    @Override
    public Optional<String> putIfMatch(String key, byte[] bytes, String etag) {
      return inner.putIfMatch(key, bytes, etag);
    }

    @Override
    public <T> Optional<T> read(String key, ObjectStore.Reader<T> reader) {
      return inner.read(key, reader);
    }

    @Override
    public Optional<ObjectStore.Stat> stat(String key) {
      return inner.stat(key);
    }

    @Override
    public List<ObjectStore.Stat> listEverything(String prefix) {
      return inner.listEverything(prefix);
    }

    @Override
    public void delete(String key) {
      inner.delete(key);
    }

    @Override
    public Bucket beating(Runnable beat) {
      return this;
    }
  }
}
