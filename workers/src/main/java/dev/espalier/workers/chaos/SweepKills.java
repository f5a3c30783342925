package dev.espalier.workers.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workflows.RunStatus;
import dev.espalier.workflows.StageOptions;
import dev.espalier.workflows.SweepArm;
import dev.espalier.workflows.SweepPlan;
import dev.espalier.workflows.SweepResult;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A grid and a race on two worker processes, of which one is the program that follows the grid:
 * both are killed midway. Both sweeps come to what undisturbed ones come to, arm by arm, and the
 * race promotes the same arms.
 */
final class SweepKills implements Trial {
  private static final String RACE =
      """
      {"name": "race", "parallel": 2, "objective": "validation-loss",
       "rungs": {"rule": "asha", "steps": [6, 18], "eta": 3},
       "plan": {
         "recipe": "fashion-ddpm",
         "prune": {"calibrationImages": 16, "timestepStride": 50},
         "finetune": {"batch": 8, "checkpointEvery": 20, "validateEvery": 6},
         "evaluate": {"samples": 32, "steps": 4, "batch": 16}},
       "axes": {"prune.ratio": [0.3, 0.5, 0.7], "finetune.learningRate": [1e-5, 1e-4, 1e-3]}}
      """;

  private static final long STUCK_MILLIS = 20 * 60_000;

  @Override
  public String name() {
    return "sweep-kill";
  }

  @Override
  public int references(Scale scale) {
    return 0;
  }

  @Override
  public boolean quick() {
    return false;
  }

  /**
   * What became of both sweeps.
   *
   * @param arms every arm of both, as text that is the same for the same bits
   * @param prunes results of the stage prune on the shelf
   */
  private record Board(List<String> arms, int done, int prunes) {}

  @Override
  public Verdict run(Setting setting) throws Exception {
    Path recipe = setting.tools().settings().home().resolve("recipes/sweep-tiny.json");
    JsonNode grid = Json.parse(Files.readString(recipe), recipe.toString());
    Board calm;
    try (Ground ground = ground(setting, "calm")) {
      ground.worker("worker-1");
      ground.worker("worker-2");
      calm = board(ground, start(ground, "grid", grid), start(ground, "race", race()));
    }
    setting.say().accept("undisturbed: " + calm.done() + " arms, " + calm.prunes() + " prunes");
    Board killed;
    int twice;
    try (Ground ground = ground(setting, "killed")) {
      Ground.Worker worker = ground.worker("worker-1");
      WorkflowStub raced;
      Child driver = ground.program("driver", List.of("sweep", recipe.toString()), Map.of());
      try {
        raced = start(ground, "race", race());
        String swept = sweepOf(ground.client());
        awaitDone(ground.client(), swept, 6);
        worker.process().kill();
        setting.say().accept("a worker is killed");
        ground.worker("worker-1");
        awaitDone(ground.client(), swept, 12);
      } finally {
        driver.kill();
      }
      setting.say().accept("the program that follows the grid is killed");
      ground.worker("worker-2");
      killed = board(ground, grid(ground), raced);
      twice = startedTwice(ground.client());
    }
    int expected = SweepPlan.of(grid).points().size();
    List<String> other = new ArrayList<>(killed.arms());
    other.removeAll(calm.arms());
    boolean holds =
        killed.equals(calm) && twice == 0 && killed.done() == expected + 9 && other.isEmpty();
    return Verdict.of(
        "sweep kill -9",
        expected
            + " arms and a race of 9, a worker and the following program killed: the same results"
            + " and promotions, none twice, shared stages once",
        String.format(
            "%d arms done, %d run twice, %d with another result or course %s; %d prunes, undisturbed %d",
            killed.done(), twice, other.size(), other, killed.prunes(), calm.prunes()),
        holds);
  }

  private static Ground ground(Setting setting, String name) throws Exception {
    return new Ground(setting.tools(), setting.store(), setting.folder().resolve(name));
  }

  private static JsonNode race() {
    return Json.parse(RACE, "race");
  }

  private static WorkflowStub start(Ground ground, String id, JsonNode sweep) {
    WorkflowStub stub =
        ground.client().newUntypedWorkflowStub("SweepWorkflow", StageOptions.run(id, "chaos"));
    stub.start(sweep);
    return stub;
  }

  private static WorkflowStub grid(Ground ground) throws InterruptedException {
    return ground.client().newUntypedWorkflowStub(sweepOf(ground.client()));
  }

  /** The id of the sweep that the program has started. */
  private static String sweepOf(WorkflowClient client) throws InterruptedException {
    long end = System.currentTimeMillis() + STUCK_MILLIS;
    while (System.currentTimeMillis() < end) {
      var found =
          ids(client, "SweepWorkflow").keySet().stream().filter(id -> !id.equals("race")).findAny();
      if (found.isPresent()) return found.get();
      Thread.sleep(500);
    }
    throw new IllegalStateException("the program has started no sweep");
  }

  private static void awaitDone(WorkflowClient client, String sweep, int arms)
      throws InterruptedException {
    long end = System.currentTimeMillis() + STUCK_MILLIS;
    while (System.currentTimeMillis() < end) {
      String prefix = "sweep-tiny-";
      long done =
          client
              .listExecutions("WorkflowType='CompressionWorkflow' AND ExecutionStatus='Completed'")
              .filter(run -> run.getExecution().getWorkflowId().startsWith(prefix))
              .count();
      if (done >= arms) return;
      Thread.sleep(500);
    }
    throw new IllegalStateException("sweep " + sweep + " is stuck");
  }

  private static Board board(Ground ground, WorkflowStub grid, WorkflowStub race) {
    Map<String, SweepResult> results = new LinkedHashMap<>();
    results.put("grid", grid.getResult(SweepResult.class));
    results.put("race", race.getResult(SweepResult.class));
    List<String> arms = new ArrayList<>();
    int done = 0;
    for (SweepResult result : results.values()) {
      for (SweepArm arm : result.arms()) {
        arms.add(arm.run() + " " + arm.label() + " " + arm.note() + " " + arm.score());
        if (arm.state() == RunStatus.State.DONE) done++;
      }
    }
    long prunes =
        ground.objects().list("stages/prune").stream()
            .filter(object -> object.key().endsWith("/stage.json"))
            .count();
    return new Board(arms, done, (int) prunes);
  }

  /** Arms that were begun more than once. */
  private static int startedTwice(WorkflowClient client) {
    return (int)
        ids(client, "CompressionWorkflow").values().stream().filter(runs -> runs > 1).count();
  }

  private static Map<String, Integer> ids(WorkflowClient client, String type) {
    Map<String, Integer> ids = new TreeMap<>();
    client
        .listExecutions("WorkflowType='" + type + "'")
        .forEach(run -> ids.merge(run.getExecution().getWorkflowId(), 1, Integer::sum));
    return ids;
  }
}
