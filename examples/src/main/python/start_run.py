"""Starts a compression from Python and waits for its result: pip install temporalio.

    python start_run.py [ADDRESS] [PLAN]

ADDRESS is HOST:PORT of the Temporal server (127.0.0.1:7233), PLAN a JSON object ({}). Every SDK of
Temporal does the same: a workflow type, a task queue, and one argument, plain JSON.
"""

import asyncio
import json
import sys

from temporalio.client import Client


async def main(address: str, plan: dict) -> None:
    client = await Client.connect(address)
    run = await client.start_workflow(
        "CompressionWorkflow", plan, id="from-python", task_queue="compress"
    )
    print("run", run.id)
    result = await run.result()
    status = await run.query("status")
    print("steps", status["done"])
    print("Fréchet distance", result["finetuned"]["frechetDistance"])
    print("report", result["report"])


if __name__ == "__main__":
    arguments = sys.argv[1:]
    asyncio.run(
        main(
            arguments[0] if arguments else "127.0.0.1:7233",
            json.loads(arguments[1]) if len(arguments) > 1 else {},
        )
    )
