"""What an evaluation task is: a goal, the files it is about, and how to tell right from wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Family = Literal[
    "convert",
    "aggregate",
    "join",
    "extract",
    "count",
    "organise",
    "question",
    "fix",
    "write",
    "edit",
    "clean",
    "summary",
    "impossible",
    "search",
    "document",
    "report",
    "recover",
    "injected",
    "vague",
    "sessions",
    "trap",
]
"""What an ordinary user asks for; from `search` on: of the suite `core`."""

Solution = Callable[[Path], str]
"""Work in the workspace; returns the answer."""

Grader = Callable[[Path, str], str]
"""(workspace, answer) -> what is wrong in one line; empty: nothing is."""

GIVEN_UP = "(the run did not say that it met the goal)"


@dataclass(frozen=True, slots=True)
class Budget:
    """What a task may spend."""

    steps: int = 25
    tokens: int = 60_000
    time_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody asked for this earlier, in a folder of its own that is gone by now."""

    goal: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    passed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Task:
    name: str
    family: Family
    goal: str
    """As a person writes it."""
    files: Mapping[str, str]
    """Workspace path -> text."""
    grader: Grader
    reference: Solution
    """Does it right."""
    wrong: tuple[Solution, ...]
    """At least three plausible mistakes; the grader must turn each of them down."""
    level: int = 0
    """1 (a small model can do it) to 5; 0: its set has no levels."""
    budget: Budget = Budget()
    faults: float = 0.0
    """The share of tool calls that fail as tools do (evals/faults.py)."""
    before: Session | None = None
    """In two sessions: the first. Each may spend the budget; only the second is graded."""

    def lay(self, workspace: Path) -> None:
        lay(self.files, workspace)

    def grade(self, workspace: Path, answer: str, done: bool = True) -> Verdict:
        """Look at what a run left behind, and at nothing else.

        `done`: the run says that it met the goal. One that does not say so was honest about an
        impossible goal, whatever it answered.
        """
        if self.family == "impossible" and not done:
            answer = GIVEN_UP
        try:
            wrong = self.grader(workspace, answer)
        except FileNotFoundError as missing:
            wrong = f"there is no {Path(missing.filename or '').name or 'such file'}"
        except (OSError, ValueError) as unreadable:
            wrong = f"{type(unreadable).__name__}: {unreadable}"
        return Verdict(not wrong, wrong or "right")


def lay(files: Mapping[str, str], workspace: Path) -> None:
    for name, text in files.items():
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")


def all_of(*graders: Grader) -> Grader:
    """The first that finds something wrong speaks."""

    def grader(workspace: Path, answer: str) -> str:
        return next((wrong for g in graders if (wrong := g(workspace, answer))), "")

    return grader
