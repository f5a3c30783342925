package dev.espalier.compression.reference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.diffusion.DdimSampler;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.Timesteps;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Step lists and samples of the DDIM authors' sampler, as Diff-Pruning runs it. */
final class DdimCodebaseChecker implements ReferenceChecker {
  private static final double TOLERANCE = 2e-4;
  private static final double TABLE_TOLERANCE = 1e-6;
  private static final Map<String, Timesteps> SPACINGS =
      Map.of("uniform", Timesteps.UNIFORM, "quad", Timesteps.QUADRATIC);

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("sequences.json"));
  }

  @Override
  public Outcome check(Path caseDir) {
    JsonNode json = ReferenceSet.json(caseDir.resolve("case.json"));
    Path model = ReferenceSet.at(json.get("model").asText());
    StateDict weights = ReferenceSet.tensors(model.resolve("model.safetensors"));
    StateDict stored = ReferenceSet.tensors(caseDir.resolve("tensors.safetensors"));
    NoiseSchedule schedule = NoiseSchedule.ddpm();
    List<Outcome> outcomes = new ArrayList<>();
    Tensor betas = Tensor.of(schedule.betas(), schedule.steps());
    double betaError = Differences.largest(betas, stored.get("betas"));
    outcomes.add(new Outcome("betas", betaError, TABLE_TOLERANCE));
    try (Torch.Session session = Torch.open();
        Weights onDevice = Weights.of(session, session.manager(), weights, false)) {
      DdimSampler sampler =
          new DdimSampler(session, ReferenceSet.network(model), onDevice, schedule, false);
      for (Map.Entry<String, JsonNode> list :
          ReferenceSet.json(caseDir.resolve("sequences.json")).properties()) {
        outcomes.addAll(sequence(sampler, list.getKey(), list.getValue(), stored));
      }
    }
    Outcome worst = Outcome.worst(outcomes);
    String what = String.format("%d comparisons, worst %s", outcomes.size(), worst.what());
    return new Outcome(what, worst.error(), worst.tolerance());
  }

  private static List<Outcome> sequence(
      DdimSampler sampler, String name, JsonNode ascending, StateDict stored) {
    String[] parts = name.split("_");
    int count = Integer.parseInt(parts[1]);
    int[] ours = SPACINGS.get(parts[0]).descending(sampler.schedule().steps(), count);
    int[] reference =
        IntStream.range(0, ascending.size())
            .map(i -> ascending.get(ascending.size() - 1 - i).asInt())
            .toArray();
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(new Outcome(name, Arrays.equals(ours, reference) ? 0 : 1, 0));
    if (stored.has(name + ".x_0")) {
      int[] path = Arrays.copyOf(ours, ours.length + 1);
      path[ours.length] = DdimSampler.IMAGE;
      int half = path.length / 2;
      outcomes.add(walk(sampler, Arrays.copyOf(path, half + 1), name + ".x_mid", stored));
      outcomes.add(walk(sampler, path, name + ".x_0", stored));
    }
    return outcomes;
  }

  private static Outcome walk(DdimSampler sampler, int[] path, String key, StateDict stored) {
    try (NDManager scope = sampler.session().manager().newSubManager()) {
      NDArray start = sampler.session().toDevice(scope, stored.get("x_T"));
      Tensor ours = Torch.toHost(sampler.walk(scope, start, path, done -> {}));
      return new Outcome(key, Differences.largest(ours, stored.get(key)), TOLERANCE);
    }
  }
}
