"""How long a recall and an add take, and how much room the memory needs, at some size."""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from bench.memory.made import histories

from selfstarter.core.ports import MemoryRecord
from selfstarter.memory.graph import SCAN_AT_MOST
from selfstarter.memory.open import open_memory

RECALLS, ADDS, SCANS = 300, 200, 20
AT_ONCE = 2_000
WARM = 20
"""Recalls that are not counted: the first ones read the file."""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds."""

    least: float
    middle: float
    p95: float
    cpu: float
    """Mean, of all threads: what the wall clock would say on an idle machine, or less."""

    def __str__(self) -> str:
        return (
            f"min {self.least:.2f}, p50 {self.middle:.2f}, p95 {self.p95:.2f} ms"
            f" (CPU {self.cpu:.2f})"
        )


@dataclass(frozen=True, slots=True)
class Speed:
    records: int
    recall: Times
    add: Times
    """One record, durable when it returns."""
    scan: Times
    """The floor: every vector compared, nothing else."""
    bulk_s: float
    graph_s: float
    megabytes: float
    load: float
    """Of the machine while it was measured, 1-minute mean: above the number of cores, the wall
    clock tells of the others too."""


def measured(count: int, graph_threads: int = 2) -> Speed:
    texts, questions = material(count + ADDS + 1)
    with tempfile.TemporaryDirectory() as folder:
        memory = open_memory(Path(folder))
        began = time.perf_counter()
        for start in range(0, count, AT_ONCE):
            memory.add_now(list(islice(texts, min(AT_ONCE, count - start))))
        bulk_s = time.perf_counter() - began
        began = time.perf_counter()
        if count > SCAN_AT_MOST:
            memory.reindex(graph_threads)
        graph_s = time.perf_counter() - began
        for question in questions[:WARM]:
            memory.recall_now(question)
        recall = timed([lambda q=q: memory.recall_now(q) for q in questions[WARM : WARM + RECALLS]])
        load = os.getloadavg()[0]
        add = timed([lambda r=r: memory.add_now([r]) for r in islice(texts, ADDS)])
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        scan = scanned(count, memory.embedding.dimension)
        asyncio.run(memory.close())
    return Speed(count, recall, add, scan, bulk_s, graph_s, size, load)


def material(count: int) -> tuple[Iterator[MemoryRecord], Sequence[str]]:
    """Records of as many histories as it takes, and questions about the first of them."""
    first = histories(24, seed=77)
    questions = [question.text for one in first for question in one.questions]
    random.Random(5).shuffle(questions)

    def records() -> Iterator[MemoryRecord]:
        seed = 78
        while True:
            for one in first if seed == 78 else histories(24, seed):
                for record in one.records:
                    id = f"{one.name} {record.id}"
                    yield replace(record, id=id, run_id=f"{one.name} {record.run_id}")
            seed += 1

    return islice(records(), count), questions


def timed(calls: Sequence[Callable[[], object]]) -> Times:
    took: list[float] = []
    before = os.times()
    for call in calls:
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1e3)
    after = os.times()
    cpu = (after.user + after.system - before.user - before.system) * 1e3 / len(calls)
    p50, p95 = np.percentile(took, [50, 95]).tolist()
    return Times(min(took), p50, p95, cpu)


def scanned(count: int, dimension: int) -> Times:
    """Of bytes, by the fastest exact search at hand, on one core; what they hold is no matter."""
    usearch: Any = import_module("usearch.index")
    chance = np.random.default_rng(1)
    matrix = chance.integers(-127, 128, (count, dimension), np.int8)

    def scan(row: int) -> Any:
        near = usearch.MetricKind.Cos
        return usearch.search(matrix, matrix[row], 50, near, exact=True, threads=1)

    return timed([lambda row=row: scan(row) for row in range(SCANS)])
