package dev.espalier.compression.svs;

import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The spectra of all weights that singular value scaling acts on, in the order of the network, and
 * what they come to over tensors (zero tensors left out; 0 when nothing is left).
 *
 * @param medianCondition median κ; scaling turns it into its square root
 * @param medianStableRank median of ‖W‖²_F / σ²_max
 * @param medianEffectiveRank median of exp(entropy of σ/Σσ)
 * @param largestCondition the largest κ
 * @param largest the largest singular value of all
 * @param smallest the smallest one within its tensor's numerical rank
 * @param histogram of all singular values together
 * @param tensors one spectrum per weight
 */
public record SpectrumReport(
    double medianCondition,
    double medianStableRank,
    double medianEffectiveRank,
    double largestCondition,
    double largest,
    double smallest,
    LogHistogram histogram,
    List<Spectrum> tensors) {

  public SpectrumReport {
    tensors = List.copyOf(tensors);
  }

  /**
   * The spectra of a network's weights; what is no {@link ParameterRole#WEIGHT} has none.
   *
   * @throws dev.espalier.compression.InvalidInput if a weight is not finite
   */
  public static SpectrumReport of(StateDict network) {
    List<Map.Entry<String, Tensor>> weights =
        network.tensors().entrySet().stream()
            .filter(entry -> ParameterRole.isWeight(entry.getKey(), entry.getValue().shape()))
            .toList();
    return ofTensors(Torch.each(weights, w -> Spectrum.of(w.getKey(), w.getValue())));
  }

  /** The report of spectra that were taken one by one, in the order of the network. */
  static SpectrumReport ofTensors(List<Spectrum> spectra) {
    return new SpectrumReport(
        median(spectra, Spectrum::condition),
        median(spectra, Spectrum::stableRank),
        median(spectra, Spectrum::effectiveRank),
        counted(spectra).mapToDouble(Spectrum::condition).max().orElse(0),
        counted(spectra).mapToDouble(Spectrum::max).max().orElse(0),
        counted(spectra).mapToDouble(s -> s.values().get(s.rank() - 1)).min().orElse(0),
        LogHistogram.sum(spectra.stream().map(Spectrum::histogram).toList()),
        spectra);
  }

  private static Stream<Spectrum> counted(List<Spectrum> spectra) {
    return spectra.stream().filter(s -> s.rank() > 0);
  }

  private static double median(List<Spectrum> spectra, ToDoubleFunction<Spectrum> value) {
    double[] sorted = counted(spectra).mapToDouble(value).sorted().toArray();
    int n = sorted.length;
    if (n == 0) return 0;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }
}
