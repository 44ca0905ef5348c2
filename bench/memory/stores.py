"""Other stores beside ours, on the same records, vectors and questions: `STORES=1`.

Each has a virtual environment below build/stores, pinned in requirements/stores.toml. It is given
our vectors, so its times leave the embedding out and ours do not.
"""

import json
import subprocess
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from bench.memory.history import History
from bench.memory.recalled import TOP, Scores, scored
from bench.memory.speed import material

from selfstarter.memory.embed import WordLlama

ROOT = Path(__file__).parents[2]
VENVS = ROOT / "build" / "stores"
DRIVER = Path(__file__).with_name("other_store.py")
STORES = ("chroma", "lancedb", "lancedb_hybrid", "qdrant", "mem0")
COUNT, ADDS, RECALLS = 10_000, 50, 100
"""Of the comparison of times."""

Ask = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """Milliseconds, p50 and p95."""

    recall: tuple[float, float]
    add: tuple[float, float]
    fill_s: float
    megabytes: float


def ready(names: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Those that are installed, and why others are not."""
    there = [name for name in names if name in STORES and python_of(name).exists()]
    known = ", ".join(STORES)
    why = {
        name: "make bench-memory installs it" if name in STORES else f"it is none of {known}"
        for name in names
        if name not in there
    }
    return there, why


def python_of(name: str) -> Path:
    return VENVS / name.partition("_")[0] / "bin" / "python"


@contextmanager
def opened(name: str) -> Generator[Ask]:
    """An empty store of this kind. What it cannot do raises ValueError, with its own words."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "said").open("w+") as said:
        argv = [python_of(name), DRIVER, name]
        with subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True, cwd=folder
        ) as process:
            into, out = process.stdin, process.stdout
            assert into and out

            def ask(do: str, **more: Any) -> Any:
                asked = {"do": do, "folder": f"{folder}/store", **more}
                print(json.dumps(asked), file=into, flush=True)
                if answer := out.readline():
                    return json.loads(answer)
                raise ValueError(Path(said.name).read_text("utf-8").strip()[-300:])

            Path(folder, "store").mkdir()
            ask("open", dimension=WordLlama.dimension)
            yield ask
            into.close()


def recall_in(name: str, history: History) -> Scores:
    with opened(name) as ask:
        ask("add", records=given([(one.id, one.text) for one in history.records]))
        texts = [("", question.text) for question in history.questions]
        answers = ask("recall", questions=given(texts), count=TOP)
    found = [ids for _, ids in answers]
    return scored(zip(history.questions, found, strict=True))


def pace(name: str) -> Pace:
    records, questions = material(COUNT + ADDS)
    texts = given([(one.id, one.text) for one in records])
    asked = given([("", text) for text in islice(questions, RECALLS + 10)])
    with opened(name) as ask:
        fill_ms = ask("add", records=texts[:COUNT])
        ask("recall", questions=asked[:10], count=TOP)
        recall = [took for took, _ in ask("recall", questions=asked[10:], count=TOP)]
        add = ask("add each", records=texts[COUNT:])
        size = ask("size")
    return Pace(middle(recall), middle(add), fill_ms / 1e3, size / 1e6)


def middle(took: Sequence[float]) -> tuple[float, float]:
    p50, p95 = np.percentile(took, [50, 95]).tolist()
    return p50, p95


def given(texts: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    vectors = WordLlama().embed([text for _, text in texts])
    return [
        {"id": id, "text": text, "vector": [round(float(x), 6) for x in vector]}
        for (id, text), vector in zip(texts, vectors, strict=True)
    ]
