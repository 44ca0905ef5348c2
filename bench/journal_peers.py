"""What a peer takes to keep steps durable: `journal_peers.py langgraph|dbos STEPS BYTES FILE`.

Runs in the peer's own venv, so it imports nothing of ours. Prints one JSON object: wall_s and cpu_s
of all steps; bare_wall_s and bare_cpu_s of the same without durability, where there is such a mode.
"""

import json
import operator
import sqlite3
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, TypedDict


class News(TypedDict):
    n: int
    news: Annotated[list[str], operator.add]


def langgraph(steps: int, body: str, file: str) -> dict[str, float]:
    """A graph of one node in a circle, whose state grows by `body` with each step."""
    graphs: Any = import_module("langgraph.graph")
    checkpoints: Any = import_module("langgraph.checkpoint.sqlite")

    def step(state: News) -> dict[str, Any]:
        return {"n": state["n"] + 1, "news": [body]}

    def onward(state: News) -> str:
        return graphs.END if state["n"] >= steps else "step"

    graph = graphs.StateGraph(News)
    graph.add_node("step", step)
    graph.set_entry_point("step")
    graph.add_conditional_edges("step", onward)
    connection = sqlite3.connect(file, check_same_thread=False)
    saver = checkpoints.SqliteSaver(connection)
    saver.setup()
    connection.execute("PRAGMA synchronous = full")
    begin: dict[str, Any] = {"n": 0, "news": []}
    given = {"recursion_limit": steps + 5}
    bare = graph.compile()
    durable = graph.compile(checkpointer=saver)
    bare_s = timed(lambda: bare.invoke(begin, given))
    given |= {"configurable": {"thread_id": "1"}}
    durable_s = timed(lambda: durable.invoke(begin, given, durability="sync"))
    return {**named("", durable_s), **named("bare_", bare_s)}


def dbos(steps: int, body: str, file: str) -> dict[str, float]:
    """A workflow of so many steps. WAL is set beforehand: with what it sets itself it is slower."""
    made = sqlite3.connect(file)
    made.execute("PRAGMA journal_mode = wal")
    made.close()
    package: Any = import_module("dbos")
    engine = package.DBOS
    engine(config={"name": "bench", "system_database_url": f"sqlite:///{file}",
                   "log_level": "ERROR"})  # fmt: skip

    @engine.step()
    def step(n: int) -> str:
        return body

    @engine.workflow()
    def run(many: int) -> int:
        for n in range(many):
            step(n)
        return many

    engine.launch()
    run(3)  # its tables and its threads are there
    durable_s = timed(lambda: run(steps))
    engine.destroy()
    return named("", durable_s)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def named(prefix: str, took: tuple[float, float]) -> dict[str, float]:
    return {f"{prefix}wall_s": took[0], f"{prefix}cpu_s": took[1]}


if __name__ == "__main__":
    name, steps, size, file = sys.argv[1:]
    work = {"langgraph": langgraph, "dbos": dbos}[name]
    print(json.dumps(work(int(steps), "x" * int(size), file)))
