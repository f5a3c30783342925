"""What orchestration alone costs per stage in Metaflow, Prefect and Ray Tune.

Stages that do nothing: IN_ORDER one after the other, IN_PARALLEL at once. Each peer runs the way its
documentation shows for one machine, with its default local storage, in a folder of its own. Each shape
is run ROUNDS times, or less often once it has taken a minute, and its median counts. Where stages run
in this process, they run uncounted for WARM_UP seconds first. A peer that is not installed is named
with the reason. One JSON object a line on standard output:
{"peer": …, "version": …, "inOrder": seconds, "inParallel": seconds, "rounds": [of it, of it]} or {"peer": …, "why": …}.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

PATIENCE = 60  # seconds for the rounds of a shape


def seconds(rounds, shape):
    """The median seconds of calls of `shape`, and of how many calls."""
    taken = []
    while len(taken) < rounds and sum(taken) < PATIENCE:
        begun = time.perf_counter()
        shape()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), len(taken)


def metaflow(in_order, in_parallel, rounds, warm_up, folder):
    import metaflow

    def timed(name, source, *options):
        path = os.path.join(folder, name + ".py")
        with open(path, "w") as file:
            file.write(source)
        command = [sys.executable, path, "--quiet", "--no-pylint", "run", *options]
        environment = {**os.environ, "METAFLOW_USER": "bench", "METAFLOW_HOME": folder}
        return seconds(
            rounds,
            lambda: subprocess.run(
                command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True
            ),
        )

    steps = "\n".join(
        f"    @step\n    def s{i}(self):\n        self.next(self.s{i + 1})\n" for i in range(in_order - 1)
    )
    line = (
        "from metaflow import FlowSpec, step\n\nclass Line(FlowSpec):\n"
        "    @step\n    def start(self):\n        self.next(self.s0)\n"
        f"{steps}"
        f"    @step\n    def s{in_order - 1}(self):\n        self.next(self.end)\n"
        "    @step\n    def end(self):\n        pass\n\nif __name__ == '__main__':\n    Line()\n"
    )
    fan = (
        "from metaflow import FlowSpec, step\n\nclass Fan(FlowSpec):\n"
        f"    @step\n    def start(self):\n        self.items = list(range({in_parallel}))\n"
        "        self.next(self.work, foreach='items')\n"
        "    @step\n    def work(self):\n        self.next(self.join)\n"
        "    @step\n    def join(self, inputs):\n        self.next(self.end)\n"
        "    @step\n    def end(self):\n        pass\n\nif __name__ == '__main__':\n    Fan()\n"
    )
    return (
        metaflow.__version__,
        timed("line", line),
        timed("fan", fan, "--max-num-splits", str(in_parallel)),
    )


def prefect(in_order, in_parallel, rounds, warm_up, folder):
    os.environ["PREFECT_HOME"] = os.path.join(folder, "prefect")
    os.environ["PREFECT_LOGGING_LEVEL"] = "ERROR"
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    import prefect
    from prefect import flow, task

    @task
    def nothing(i):
        return i

    @flow
    def line():
        value = 0
        for _ in range(in_order):
            value = nothing(value)
        return value

    @flow
    def fan():
        return [f.result() for f in [nothing.submit(i) for i in range(in_parallel)]]

    end = time.perf_counter() + warm_up
    while time.perf_counter() < end:
        line()  # The first starts the server.
    return prefect.__version__, seconds(rounds, line), seconds(rounds, fan)


def ray(in_order, in_parallel, rounds, warm_up, folder):
    os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
    os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "1"
    import ray
    from ray import tune

    ray.init(num_cpus=os.cpu_count(), include_dashboard=False, log_to_driver=False)

    def trials(number, at_once):
        tune.Tuner(
            lambda config: {"done": 1},
            param_space={"i": tune.grid_search(list(range(number)))},
            tune_config=tune.TuneConfig(max_concurrent_trials=at_once),
            run_config=tune.RunConfig(storage_path=os.path.join(folder, "ray"), verbose=0),
        ).fit()

    trials(1, 1)  # Starts the workers, which is not counted.
    line = seconds(rounds, lambda: trials(in_order, 1))
    fan = seconds(rounds, lambda: trials(in_parallel, None))
    ray.shutdown()
    return ray.__version__, line, fan


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--in-order", type=int, required=True)
    parser.add_argument("--in-parallel", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--warm-up", type=float, required=True)
    asked = parser.parse_args()
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What the peers print is no result.
    for peer in (metaflow, prefect, ray):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            found = {"peer": peer.__name__}
            try:
                version, line, fan = peer(
                    asked.in_order, asked.in_parallel, asked.rounds, asked.warm_up, folder
                )
                found.update(
                    version=version, inOrder=line[0], inParallel=fan[0], rounds=[line[1], fan[1]]
                )
            except Exception as e:  # A peer that is missing or broken here is told, not hidden.
                found.update(why=f"{type(e).__name__}: {e}")
            results.write(json.dumps(found) + "\n")
            results.flush()


if __name__ == "__main__":
    main()
