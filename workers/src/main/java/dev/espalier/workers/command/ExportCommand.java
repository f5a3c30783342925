package dev.espalier.workers.command;

import dev.espalier.activities.LoadedNetwork;
import dev.espalier.activities.Workbench;
import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.checkpoint.NetworkExport;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.process.ReportStage;
import dev.espalier.workers.process.Stages;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.ReportActivity;
import dev.espalier.workflows.SvsActivity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "export",
    description = {
      "Write a network for Python.",
      "",
      "NAME is a run's id (its finetuned network is taken), a network's name, or a prefix on the"
          + " shelf. Beside the weights lies load_pruned.py, with which Python loads them, pruned or"
          + " not; docs/interchange.md shows how.",
      ""
    })
final class ExportCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(paramLabel = "NAME", description = "A run, a network, or a prefix on the shelf.")
  String name = "";

  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "Folder to write, new or empty.")
  Path to = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "diffusers|ddim",
      description =
          "diffusers: config.json and safetensors (default); ddim: model.pth with the names of the"
              + " DDIM code base.")
  String format = "diffusers";

  @Option(
      names = "--stage",
      paramLabel = "prune|svs|finetune",
      description = "Which of a run's networks (default: finetune).")
  String stage = "finetune";

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print what was written as JSON.")
  boolean json;

  ExportCommand(Program program) {
    this.program = program;
  }

  private record Exported(
      String artifact, String format, String folder, List<String> files, long parameters) {}

  @Override
  public Integer call() throws IOException {
    InvalidInput.require(ObjectNames.legal(name), "'%s' is no run or network", name);
    NetworkExport layout = layout();
    InvalidInput.require(
        List.of("prune", "svs", "finetune").contains(stage),
        "--stage is '%s'; legal are prune, svs, finetune",
        stage);
    requireNew();
    Settings settings = program.settings(connection.work);
    WorkFolder folder = program.workFolder(settings);
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      Stages.Resources resources =
          new Stages.Resources(
              settings, folder, store.store(), program.recipes(), new SimpleMeterRegistry());
      Workbench bench = Stages.bench(resources);
      StoredArtifact artifact = artifact(bench, store.store());
      LoadedNetwork network = LoadedNetwork.read(artifact);
      List<String> files = write(layout, network);
      Complexity complexity = network.complexity();
      Exported exported =
          new Exported(artifact.prefix(), format, to.toString(), files, complexity.parameters());
      program.terminal().print(json ? Json.pretty(exported).stripTrailing() : line(exported));
    }
    return 0;
  }

  private List<String> write(NetworkExport layout, LoadedNetwork network) {
    try {
      return layout.write(to, network.network(), network.content());
    } catch (IOException e) {
      throw new InvalidInput("--to " + to + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static String line(Exported exported) {
    return String.format(
        Locale.ROOT,
        "%s, %,d parameters: %s in %s",
        exported.artifact(),
        exported.parameters(),
        String.join(", ", exported.files()),
        exported.folder());
  }

  private NetworkExport layout() {
    for (NetworkExport layout : NetworkExport.values()) {
      if (layout.name().toLowerCase(Locale.ROOT).equals(format)) return layout;
    }
    throw new InvalidInput("--format is '" + format + "'; legal are diffusers, ddim");
  }

  private void requireNew() throws IOException {
    if (!Files.exists(to)) return;
    InvalidInput.require(Files.isDirectory(to), "--to %s is not a folder", to);
    try (Stream<Path> entries = Files.list(to)) {
      InvalidInput.require(entries.findAny().isEmpty(), "--to %s is not empty", to);
    }
  }

  private StoredArtifact artifact(Workbench bench, ObjectStore store) {
    Optional<Artifact> ofRun = name.contains("/") ? Optional.empty() : run(store);
    try {
      return bench.networks().get(ofRun.orElseGet(() -> Artifact.network(name)));
    } catch (InvalidInput e) {
      if (ofRun.isPresent() || name.contains("/")) throw e;
      throw new InvalidInput(
          "'" + name + "' is neither a finished run (`espalier status` lists them) nor a network",
          e);
    }
  }

  private Optional<Artifact> run(ObjectStore store) {
    return ReportStage.request(store, name).map(this::result).map(this::network);
  }

  private CompressionResult result(ReportActivity.Request request) {
    List<CompressionResult> results = request.results();
    InvalidInput.require(
        results.size() == 1,
        "%s is a sweep; name one of its runs: %s",
        name,
        String.join(", ", results.stream().map(CompressionResult::run).toList()));
    return results.get(0);
  }

  private Artifact network(CompressionResult result) {
    if (stage.equals("prune")) return result.prune().network();
    if (stage.equals("finetune")) {
      FinetuneActivity.@Nullable Result finetune = result.finetune();
      if (finetune == null) throw new InvalidInput("run " + name + " was not finetuned");
      return finetune.network();
    }
    SvsActivity.@Nullable Result svs = result.svs();
    if (svs == null) throw new InvalidInput("run " + name + " had no stage svs");
    return svs.network();
  }
}
