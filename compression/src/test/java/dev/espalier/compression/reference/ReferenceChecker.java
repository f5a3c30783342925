package dev.espalier.compression.reference;

import java.nio.file.Path;
import java.util.List;

/** Holds one kind of reference case against the code; {@link ReferenceCheckers} lists them all. */
public interface ReferenceChecker {
  /** Whether this checker has something to compare in {@code caseDir}. */
  boolean accepts(Path caseDir);

  /** Compares; the largest error of everything compared, against its tolerance. */
  Outcome check(Path caseDir) throws Exception;

  /** Compares a case of several parts; one outcome, and one line of print, for each. */
  default List<Outcome> checks(Path caseDir) throws Exception {
    return List.of(check(caseDir));
  }
}
