"""GAIA (arXiv 2311.12983): questions with one short answer each, some with a file.

A person fetches the set, whose licence forbids to pass it on, and names the folder that holds
`metadata.jsonl` and the files. A file that is no text cannot be laid: its task is left out.
"""

import json
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from selfstarter.core.errors import BadSetting
from selfstarter.evals.solving import says
from selfstarter.evals.task import Budget, Grader, Task

HOW = (
    "\n\nEnd with the answer alone on the last line: a number, or as few words as possible, or a"
    " list of such with commas. No unit, unless it is asked for."
)
BUDGET = Budget(steps=40, tokens=200_000, time_s=1_800)


def tasks(folder: Path) -> Sequence[Task]:
    """Raises BadSetting: there is no such set."""
    file = folder / "metadata.jsonl"
    try:
        rows: list[Mapping[str, Any]] = [
            json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()
        ]
        return list(made(rows, folder))
    except (OSError, ValueError, KeyError) as error:
        raise BadSetting(f"{file} is not GAIA's list of tasks: {error!r}") from error


def made(rows: Sequence[Mapping[str, Any]], folder: Path) -> Iterator[Task]:
    for row in rows:
        name = str(row.get("file_name") or "")
        try:
            files = {name: (folder / name).read_text("utf-8")} if name else {}
        except UnicodeDecodeError:
            continue
        about = f" The file is {name}." if name else ""
        answer = str(row["Final answer"])
        yield Task(
            name=f"gaia-{row['task_id']}",
            family="question",
            level=int(row["Level"]),
            goal=f"{row['Question']}{about}{HOW}",
            files=files,
            grader=last_line_is(answer),
            reference=says(answer),
            wrong=(says("I do not know."),),
            budget=BUDGET,
        )


def last_line_is(wanted: str) -> Grader:
    """As the set's own rule: numbers by value, lists entry by entry, words without case, blanks
    and marks."""

    def grader(workspace: Path, answer: str) -> str:
        last = next((line for line in reversed(answer.splitlines()) if line.strip()), "")
        said = re.sub(r"^\W*(final )?answer\W*:\s*", "", last.strip(), flags=re.IGNORECASE)
        return "" if same(said, wanted) else f"the answer is not {wanted!r}: {said[:120]!r}"

    return grader


def same(said: str, wanted: str) -> bool:
    if number(wanted) is not None:
        return number(said) == number(wanted)
    if re.search("[,;]", wanted):
        ours, theirs = (re.split("[,;]", text) for text in (said, wanted))
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return plain(said) == plain(wanted)


def number(text: str) -> float | None:
    try:
        return float(re.sub(r"[$%,\s]", "", text))
    except ValueError:
        return None


def plain(text: str) -> str:
    return "".join(text.lower().translate(str.maketrans("", "", string.punctuation)).split())
