"""Tasks in Harbor's format (Terminal-Bench 2 and later): a folder each, with `instruction.md`,
`task.toml`, `environment/`, `tests/test.sh` and `solution/solve.sh`.

Here a task runs in our sandbox, which has no network and no root, and not in the container that
its Dockerfile describes. So only those are read whose Dockerfile does nothing but lay files
(FROM, WORKDIR, COPY); the others are named with what they need. For the whole set Harbor itself
starts `selfstarter run` in each container (docs/evaluation-core.md).
"""

import asyncio
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from selfstarter.app import run_program
from selfstarter.core.errors import BadSetting
from selfstarter.evals.task import Budget, Grader, Solution, Task

LAYS = {"FROM", "WORKDIR", "COPY", "#"}
LEVELS = {"easy": 1, "medium": 3, "hard": 5}
CHECK_S = 300.0


def tasks(folder: Path) -> tuple[Sequence[Task], Mapping[str, str]]:
    """Those that can be run here, and why each of the others cannot. Raises BadSetting."""
    found: list[Task] = []
    others: dict[str, str] = {}
    places = sorted(path.parent for path in folder.glob("*/instruction.md"))
    if not places:
        raise BadSetting(f"{folder} holds no task of Harbor's: no folder with an instruction.md.")
    for place in places:
        needs = [line.split()[0] for line in docker_lines(place) if line.split()[0] not in LAYS]
        if needs:
            others[place.name] = f"its container does more than lay files ({', '.join(needs)})"
            continue
        try:
            found.append(task(place))
        except UnicodeDecodeError:
            others[place.name] = "a file of it is no text"
        except (OSError, ValueError) as error:
            raise BadSetting(f"{place} is no task of Harbor's: {error}") from error
    return found, others


def docker_lines(place: Path) -> Sequence[str]:
    file = place / "environment" / "Dockerfile"
    text = file.read_text("utf-8") if file.exists() else ""
    return [line for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip()]


def task(place: Path) -> Task:
    about = tomllib.loads((place / "task.toml").read_text("utf-8"))
    given = place / "environment"
    files = {
        path.relative_to(given).as_posix(): path.read_text("utf-8")
        for path in sorted(given.rglob("*"))
        if path.is_file() and path.name != "Dockerfile"
    }
    time_s = float(about.get("agent", {}).get("timeout_sec", 600))
    return Task(
        name=f"harbor-{place.name}",
        family="fix",
        level=LEVELS.get(str(about.get("metadata", {}).get("difficulty")), 0),
        goal=(place / "instruction.md").read_text("utf-8").replace("/app/", ""),
        files=files,
        grader=tested(place / "tests"),
        reference=solved(place / "solution"),
        wrong=(lambda workspace: "Done.",),
        budget=Budget(steps=60, tokens=200_000, time_s=time_s),
    )


def tested(tests: Path) -> Grader:
    """Its own test script says 1 in `logs/verifier/reward.txt`, or, if it writes none, ends well.

    It runs beside a copy of the workspace, so it may leave behind what it likes.
    """

    def grader(workspace: Path, answer: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "app")
            shutil.copytree(workspace, copy, symlinks=True)
            shutil.copytree(tests, copy / ".tests")
            (copy / ".logs" / "verifier").mkdir(parents=True)
            script = here((tests / "test.sh").read_text("utf-8"))
            (copy / ".tests" / "test.sh").write_text(script, "utf-8")
            ran = asyncio.run(run_program(copy, ["bash", ".tests/test.sh"], CHECK_S))
            reward = copy / ".logs" / "verifier" / "reward.txt"
            good = reward.read_text("utf-8").strip() if reward.exists() else str(1 - ran.status)
        last = (ran.output.strip().splitlines() or ["nothing was said"])[-1]
        return "" if good in ("1", "1.0") else f"its tests say: {last[:200]}"

    return grader


def solved(solution: Path) -> Solution:
    def solution_of(workspace: Path) -> str:
        script = here((solution / "solve.sh").read_text("utf-8"))
        asyncio.run(run_program(workspace, ["bash", "-c", script], CHECK_S))
        return "Done."

    return solution_of


def here(script: str) -> str:
    """With the places of a container in the folder that it runs in."""
    for there, near in (("/app/", ""), ("/app", "."), ("/tests", ".tests"), ("/logs", ".logs")):
        script = script.replace(there, near)
    return script
