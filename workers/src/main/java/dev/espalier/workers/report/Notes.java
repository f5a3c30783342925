package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.ReportData.Protocol;
import java.util.ArrayList;
import java.util.List;

/** What the numbers are, and what they do not say. */
final class Notes {
  private Notes() {}

  static Tag draw(ReportData data) {
    Tag list = tag("ul", "notes");
    List<String> notes = new ArrayList<>(standing(data.protocol()));
    notes.addAll(data.notes());
    notes.forEach(note -> list.add(tag("li").text(note)));
    return Section.of("notes", "Reading these numbers", "", List.of(list));
  }

  private static List<String> standing(Protocol p) {
    return List.of(
        String.format(
            "%s compares Gaussians fitted to %s features of %s samples and of %s images of %s."
                + " It depends on the extractor and on the number of samples: %s only values taken the"
                + " same way can be compared.",
            p.distanceName(),
            Numbers.count(p.featureDimensions()) + "-dimensional",
            Numbers.count(p.samples()),
            Numbers.count(p.referenceImages()),
            p.reference(),
            p.distanceName().startsWith("FID") ? "" : "it is not the FID of the literature, and"),
        String.format(
            "Samples are drawn in %s DDIM steps, %s spacing, without added noise. All networks"
                + " start from the same noise.",
            Numbers.count(p.samplingSteps()), p.spacing()),
        "SSIM compares each sample with the dense network’s from the same noise; 1 is the same"
            + " image. It measures likeness to the dense network, not quality.",
        "Intervals are 95 % bootstrap intervals over the drawn images, of the first seed: how far"
            + " another draw of as many images from the same network would take a number. Those of"
            + " recall and coverage are over the real images.",
        "MACs are the multiply-accumulates of one forward pass of one image. Images/s and seconds"
            + " were measured on the machine named in the record, with whatever else it was doing.",
        repeats(p));
  }

  private static String repeats(Protocol p) {
    int n = p.seeds().size();
    return n < 2
        ? "Every number comes from a single seed. Another seed would move it; a small difference"
            + " between two rows is not yet a finding."
        : String.format(
            "Distances and SSIM in the first table are means over %d seeds, with the 95 %% confidence"
                + " interval of the mean by Student’s t distribution beneath; small circles in the"
                + " figure are the single runs.",
            n);
  }
}
