"""Words for solutions, right and wrong, so that a task fits on a screen."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from selfstarter.evals.task import Solution


def says(answer: str) -> Solution:
    """Answer without touching a file."""
    return lambda workspace: answer


def writes(path: str, text: str, answer: str = "Done.") -> Solution:
    def solution(workspace: Path) -> str:
        put(workspace / path, text)
        return answer

    return solution


def replaces(path: str, *pairs: tuple[str, str]) -> Solution:
    """Edit a file: each old text becomes the new one, everywhere."""

    def solution(workspace: Path) -> str:
        text = (workspace / path).read_text("utf-8")
        for old, new in pairs:
            text = text.replace(old, new)
        put(workspace / path, text)
        return "Done."

    return solution


def writes_from(
    source: str, target: str, made: Callable[[list[dict[str, str]]], str], answer: str = "Done."
) -> Solution:
    """Read a CSV, make a text of its rows, write that."""

    def solution(workspace: Path) -> str:
        put(workspace / target, made(rows_of(workspace / source)))
        return answer

    return solution


def answers_from(source: str, made: Callable[[list[dict[str, str]]], object]) -> Solution:
    """Read a CSV, answer with what is made of its rows."""
    return lambda workspace: str(made(rows_of(workspace / source)))


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def csv_text(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def json_text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def summed(rows: Iterable[Mapping[str, str]], key: str, value: str) -> dict[str, float]:
    """Sum per key; a thousands comma is no obstacle."""
    found: dict[str, float] = {}
    for row in rows:
        found[row[key]] = found.get(row[key], 0.0) + float(row[value].replace(",", ""))
    return found


def biggest_first(sums: Mapping[str, float]) -> list[tuple[str, str]]:
    ranked = sorted(sums.items(), key=lambda pair: -pair[1])
    return [(key, f"{value:.2f}") for key, value in ranked]


def loaded(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
