package dev.espalier.compression.svs;

import dev.espalier.compression.tensor.StateDict;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The spectra of all weights that singular value scaling acts on, in the order of the network, and
 * their medians over tensors (zero tensors left out; 0 when nothing is left).
 *
 * @param medianCondition median κ; scaling turns it into its square root
 * @param medianStableRank median of ‖W‖²_F / σ²_max
 * @param medianEffectiveRank median of exp(entropy of σ/Σσ)
 * @param tensors one spectrum per weight
 */
public record SpectrumReport(
    double medianCondition,
    double medianStableRank,
    double medianEffectiveRank,
    List<Spectrum> tensors) {
  public SpectrumReport {
    tensors = List.copyOf(tensors);
  }

  /**
   * The spectra of a network's weights.
   *
   * @throws dev.espalier.compression.InvalidInput if a parameter's role is unknown or a weight is
   *     not finite
   */
  public static SpectrumReport of(StateDict network) {
    Map<String, ParameterRole> roles = ParameterRole.of(network.shapes());
    List<Spectrum> spectra =
        network.tensors().entrySet().stream()
            .filter(entry -> roles.get(entry.getKey()) == ParameterRole.WEIGHT)
            .map(entry -> Spectrum.of(entry.getKey(), entry.getValue()))
            .toList();
    return new SpectrumReport(
        median(spectra, Spectrum::condition),
        median(spectra, Spectrum::stableRank),
        median(spectra, Spectrum::effectiveRank),
        spectra);
  }

  private static double median(List<Spectrum> spectra, ToDoubleFunction<Spectrum> value) {
    double[] sorted =
        spectra.stream().filter(s -> s.rank() > 0).mapToDouble(value).sorted().toArray();
    int n = sorted.length;
    if (n == 0) return 0;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }
}
