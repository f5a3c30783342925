package dev.espalier.workers.command;

import com.uber.m3.tally.NoopScope;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.Extensible;
import dev.espalier.workflows.Extension;
import dev.espalier.workflows.RunStatus;
import dev.espalier.workflows.TrainPlan;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "extend",
    description = {
      "Train a run for more steps.",
      "",
      "A training that is not over becomes longer where it is. Of a run whose training is over the"
          + " plan is run anew with as many more steps; it goes on from the last checkpoint. Both"
          + " come to what the longer training would have come to, had it been asked for at first.",
      ""
    },
    footer = {"", "Example:", "  espalier extend fashion-ddpm-0123456789ab --steps 100"})
final class ExtendCommand implements Callable<Integer> {
  /** The steps of runs that can be extended. */
  private static final Set<String> TRAININGS = Set.of("finetune", "train");

  private final Program program;

  @Parameters(paramLabel = "RUN", description = "The run's id, as `espalier status` lists it.")
  String run = "";

  @Option(names = "--steps", paramLabel = "N", required = true, description = "How many more.")
  int steps;

  @Mixin WorkOptions options = new WorkOptions();

  ExtendCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    Reports.requireId(run);
    Extension more = new Extension(steps);
    Optional<String> answer = underWay(more);
    if (answer.isPresent()) {
      program.terminal().print(new RunRequest.Answer(run, answer.get()).text(options.json));
    } else {
      anew(more);
    }
    return 0;
  }

  /** Extends the run where it is; nothing if there is none whose training is not over. */
  private Optional<String> underWay(Extension more) throws InterruptedException {
    Optional<TemporalConnection> server =
        TemporalConnection.running(
            program.settings(options.connection.work),
            options.connection.temporal,
            new NoopScope());
    if (server.isEmpty()) return Optional.empty();
    try (TemporalConnection open = server.get()) {
      Optional<ServedRun> served = ServedRun.find(open.client(), run).filter(ServedRun::underWay);
      if (served.isEmpty()) return Optional.empty();
      requireNoSweep(served.get());
      if (new Watch(open.client()).status(run).filter(ExtendCommand::trained).isPresent()) {
        return Optional.empty();
      }
      return Optional.of(
          served.get().ask(Extensible.EXTEND, Json.MAPPER.valueToTree(more)).orElse("accepted"));
    }
  }

  private static boolean trained(RunStatus status) {
    return status.steps().stream()
        .anyMatch(step -> TRAININGS.contains(step.name()) && step.state() == RunStatus.State.DONE);
  }

  private static void requireNoSweep(ServedRun run) {
    InvalidInput.require(
        !run.kind().equals("sweep"),
        "'%s' is a sweep; extend its arms one by one, or run it with a larger finetune.steps",
        run.id());
  }

  /** Runs the old plan with more steps. */
  private void anew(Extension more) throws Exception {
    try (Session session = options.open(program)) {
      Optional<ServedRun> served = ServedRun.find(session.temporal().client(), run);
      served.ifPresent(ExtendCommand::requireNoSweep);
      program.terminal().say("extending " + run + " by " + steps + " steps");
      if (served.isPresent() && served.get().kind().equals("train")) {
        TrainPlan longer = plan(served.get(), TrainPlan.class).orElseThrow().extended(more);
        new Training(longer, Json.MAPPER.valueToTree(longer)).run(session, program, options.json);
        return;
      }
      CompressionPlan plan =
          served
              .flatMap(known -> plan(known, CompressionPlan.class))
              .or(() -> onShelf(session.store().store()))
              .orElseThrow(
                  () ->
                      new InvalidInput(
                          "neither a server nor the shelf has the plan of a run '"
                              + run
                              + "'; `espalier status` lists the runs there are"));
      new Compression(plan.extended(more)).run(session, program, options.json);
    }
  }

  /** The plan a run had at its end, which a worker finds in its history. */
  private static <P> Optional<P> plan(ServedRun run, Class<P> type) {
    try {
      return Optional.ofNullable(run.stub().query("plan", type));
    } catch (WorkflowException | StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  /** As the report stage left it. */
  private Optional<CompressionPlan> onShelf(ObjectStore store) {
    String key = "runs/" + run + "/plan.json";
    return store
        .get(key)
        .map(found -> new String(found.bytes(), StandardCharsets.UTF_8))
        .map(text -> Json.read(text, CompressionPlan.class, key));
  }
}
