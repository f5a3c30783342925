package dev.espalier.workers.report;

import dev.espalier.compression.evaluate.ExtractorName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a report shows, as plain values read from finished stages. {@link HtmlReport} turns it
 * into a page; a section whose values are absent is left out.
 *
 * @param run what the run or sweep is called
 * @param finished when it ended, as it shall be read, for instance {@code 2026-11-21 14:03 UTC}
 * @param arms every network shown, the dense one first, settings together
 * @param facts short named values of the record: seeds, devices, kept timesteps, threads, versions
 * @param details long texts of the record, each behind a click: the plan as JSON, kept indices
 * @param published what a paper reports, beside ours; absent where the plan names none
 * @param swept measures by the field that a sweep varied; empty where there is no such
 * @param trials the runs one by one, where there are several; empty for a single one
 * @param films what is drawn along the way; empty where there are no samples
 * @param notes whatever else a reader must know before trusting a number
 */
public record ReportData(
    String run,
    String finished,
    Subject subject,
    Protocol protocol,
    List<Arm> arms,
    List<Facts> facts,
    List<Detail> details,
    @Nullable PublishedNumbers published,
    List<SweptQuantity> swept,
    List<Trial> trials,
    List<Film> films,
    List<String> notes) {

  public ReportData {
    swept = List.copyOf(swept);
    trials = List.copyOf(trials);
    films = List.copyOf(films);
    arms = List.copyOf(arms);
    facts = List.copyOf(facts);
    details = List.copyOf(details);
    notes = List.copyOf(notes);
  }

  /** Without published numbers, and without what is shown of several runs. */
  public ReportData(
      String run,
      String finished,
      Subject subject,
      Protocol protocol,
      List<Arm> arms,
      List<Facts> facts,
      List<Detail> details,
      List<String> notes) {
    this(
        run, finished, subject, protocol, arms, facts, details, null, List.of(), List.of(),
        List.of(), notes);
  }

  /**
   * What was compressed, and how.
   *
   * @param networks names of the dense networks, for instance {@code fashion-ddpm}
   * @param data names of the training images
   * @param criteria names of the pruning criteria
   * @param ratios shares of channels that were removed, in (0, 1)
   * @param finetuneSteps optimizer steps the pruned networks were given
   * @param svsPower exponent put on singular values; the published method takes 0.5
   */
  public record Subject(
      List<String> networks,
      List<String> data,
      List<String> criteria,
      List<Double> ratios,
      List<Integer> finetuneSteps,
      double svsPower) {
    public Subject {
      networks = List.copyOf(networks);
      data = List.copyOf(data);
      criteria = List.copyOf(criteria);
      ratios = List.copyOf(ratios);
      finetuneSteps = List.copyOf(finetuneSteps);
    }
  }

  /**
   * How the numbers were taken.
   *
   * @param samples images drawn from each network
   * @param samplingSteps DDIM steps per image
   * @param spacing how those steps are spread over the noise schedule: uniform or quadratic
   * @param extractor network whose features the Fréchet distance compares; names the metric
   * @param featureDimensions length of one feature vector
   * @param reference name of the real images compared against
   * @param referenceImages how many of them
   * @param seeds one per repetition of every arm
   */
  public record Protocol(
      int samples,
      int samplingSteps,
      String spacing,
      String extractor,
      int featureDimensions,
      String reference,
      int referenceImages,
      List<Long> seeds) {
    public Protocol {
      seeds = List.copyOf(seeds);
    }

    /** The metric's name: {@code FID}, {@code Fréchet distance (fashion-classifier)}. */
    public String distanceName() {
      return ExtractorName.distance(extractor);
    }
  }

  /** Short named values under one heading. */
  public record Facts(String heading, List<Fact> facts) {
    public Facts {
      facts = List.copyOf(facts);
    }
  }

  /** One name and its value. */
  public record Fact(String name, String value) {}

  /** A long preformatted text and the line that opens it. */
  public record Detail(String heading, String text) {}
}
