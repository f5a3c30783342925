package dev.espalier.workers.command;

import dev.espalier.activities.LoadedNetwork;
import dev.espalier.activities.NetworkImport;
import dev.espalier.activities.Workbench;
import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.checkpoint.Checkpoint.Choice;
import dev.espalier.compression.checkpoint.ImportedNetwork;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.console.Table;
import dev.espalier.workers.process.Stages;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    description = {
      "Bring a network of another program, for plans to name.",
      "",
      "PATH is a diffusers model or pipeline folder, a checkpoint of the DDIM code base or of"
          + " Diff-Pruning (.ckpt, .pth), or a file of weights with its config.json. Nothing in it"
          + " is executed: a file that holds more than tensors and plain containers is refused.",
      ""
    })
final class ImportCommand implements Callable<Integer> {
  private static final int LONGEST_NAME = 64;

  private final Program program;

  @Parameters(paramLabel = "PATH", description = "A folder or a file.")
  Path path = Path.of("");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      required = true,
      description = "What plans call it: letters, digits, '.', '_' and '-'.")
  String name = "";

  @Option(
      names = "--weights",
      paramLabel = "ema|model",
      description = "The averaged weights or the trained ones (default: ema where there are some).")
  @Nullable String weights;

  @Option(
      names = "--resolution",
      paramLabel = "PIXELS",
      description =
          "Height and width of the images of a DDIM checkpoint (default: so that its attention is"
              + " at 16 pixels, as in all published ones).")
  @Nullable Integer resolution;

  @Option(
      names = "--ch-mult",
      paramLabel = "LIST",
      split = ",",
      description =
          "Designed widths of the levels of a pruned DDIM checkpoint, such as 1,2,2,2 (default: of"
              + " the published design with its levels).")
  @Nullable List<Integer> mult;

  @Option(
      names = "--config",
      paramLabel = "CONFIG.json",
      description = "Configuration for a file of weights alone (default: config.json beside it).")
  @Nullable Path config;

  @Option(names = "--replace", description = "Take the place of a network of that name.")
  boolean replace;

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print what was imported as JSON.")
  boolean json;

  ImportCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    InvalidInput.require(
        ObjectNames.isSegment(name)
            && name.length() <= LONGEST_NAME
            && !name.startsWith(".")
            && !name.contains(":"),
        "--name is '%s'; legal: up to 64 letters, digits, '.', '_' and '-', no '.' at the ends",
        name);
    InvalidInput.require(
        resolution == null || resolution >= 1 && resolution <= 4096,
        "--resolution is %s; legal: 1 to 4096",
        String.valueOf(resolution));
    Settings settings = program.settings(connection.work);
    InvalidInput.require(
        !Files.exists(
            settings.home().resolve("networks").resolve(name).resolve(LoadedNetwork.WEIGHTS)),
        "networks/%s is a network that comes with the program; give another --name",
        name);
    ImportedNetwork network = read();
    WorkFolder folder = program.workFolder(settings);
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      Stages.Resources resources =
          new Stages.Resources(
              settings, folder, store.store(), program.recipes(), new SimpleMeterRegistry());
      Workbench bench = Stages.bench(resources);
      NetworkImport.Result result =
          new NetworkImport(bench.shelf(), folder.cache()).store(name, network, replace);
      program.terminal().print(json ? Json.pretty(result).stripTrailing() : table(result));
    }
    return 0;
  }

  private ImportedNetwork read() {
    ImportedNetwork.Options options =
        new ImportedNetwork.Options(choice(), resolution, mult, config);
    try {
      return ImportedNetwork.read(path, options);
    } catch (IOException e) {
      throw new InvalidInput(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  private @Nullable Choice choice() {
    if (weights == null) return null;
    for (Choice choice : Choice.values()) {
      if (choice.name().toLowerCase(Locale.ROOT).equals(weights)) return choice;
    }
    throw new InvalidInput("--weights is '" + weights + "'; legal are ema, model");
  }

  private static String table(NetworkImport.Result result) {
    Table table = new Table("network", result.network());
    int[] size = result.size().stream().mapToInt(Integer::intValue).toArray();
    String weights = result.origin().weights().equals("ema") ? "averaged" : "as trained";
    table.row("layout", result.origin().layout() + ", weights " + weights);
    table.row("images", Arrays.toString(size));
    table.row("parameters", String.format(Locale.ROOT, "%,d", result.parameters()));
    table.row(
        "MACs (" + result.countingRule() + ")", String.format(Locale.ROOT, "%,d", result.macs()));
    for (NetworkImport.Source source : result.origin().sources()) {
      table.row("SHA-256 of " + source.file(), source.sha256());
    }
    table.row("on the shelf", result.artifact().key() + (result.reused() ? " (already)" : ""));
    return table.toString();
  }
}
