"""Results on disk, one a line, so that an evaluation that was cut short goes on where it was."""

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from selfstarter.core.errors import BadSetting
from selfstarter.evals.running import Key, Result

HOUSE = Path(__file__).parents[1]
READ = TypeAdapter(Result)


def code_state() -> str:
    """Changes with every line of code and prompt, so with the tasks too."""
    digest = hashlib.sha256()
    for path in sorted([*HOUSE.rglob("*.py"), *HOUSE.rglob("*.md")]):
        digest.update(path.relative_to(HOUSE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:10]


@dataclass(slots=True)
class Results:
    """Of one set with one model; with a `file`, also those of earlier runs of the same."""

    name: str
    model: str
    file: Path | None = None
    listed: list[Result] = field(default_factory=list[Result])
    states: dict[str, int] = field(default_factory=dict[str, int])
    """State of the code -> how many results it gave."""
    state: str = field(default_factory=code_state)
    versions: dict[str, str] = field(default_factory=dict[str, str])
    """Of agents that are not ours."""
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    """Agent -> why it could not be measured."""
    last: str = ""
    """Day of the newest result."""

    @classmethod
    def of_file(cls, file: Path) -> "Results":
        """Whatever it holds results of. Raises BadSetting: of nothing, or of several sets."""
        try:
            row = json.loads(file.read_text("utf-8").partition("\n")[0])
            found = cls(row["set"], row["model"], file)
        except (ValueError, KeyError, TypeError) as error:
            kind = type(error).__name__
            raise BadSetting(f"{file} holds no results of an evaluation ({kind}).") from error
        found.read()
        return found

    def read(self) -> None:
        """Raises BadSetting: the file holds something else, or results of something else."""
        if self.file is None or not self.file.exists():
            return
        whole, _, cut = self.file.read_bytes().rpartition(b"\n")
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                row = json.loads(line)
                result = READ.validate_python({n: row[n] for n in Result.__slots__})
                about = (str(row["set"]), str(row["model"]))
                state, version = str(row["state"]), str(row["version"])
                self.last = max(self.last, str(row["date"]))
            except (ValueError, KeyError, TypeError, ValidationError) as error:
                raise BadSetting(
                    f"{self.file}, line {number}: this is no result of an evaluation"
                    f" ({type(error).__name__}). Name another file for the results."
                ) from error
            if about != (self.name, self.model):
                raise BadSetting(
                    f"{self.file} holds results of {about[0]} with {about[1]}; they cannot be put"
                    f" together with {self.name} with {self.model}. Name another file."
                )
            self.note(result, state)
            if version:
                self.versions[result.agent] = version
        if cut:  # the power went while the last line was written
            self.file.write_bytes(whole + b"\n" if whole else b"")

    def add(self, result: Result) -> None:
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.last = datetime.datetime.now(datetime.UTC).date().isoformat()
            about = {
                "set": self.name,
                "model": self.model,
                "state": self.state,
                "version": self.versions.get(result.agent, ""),
                "date": self.last,
            }
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(about | asdict(result), ensure_ascii=False) + "\n")
        self.note(result, self.state)

    def note(self, result: Result, state: str) -> None:
        self.listed.append(result)
        self.states[state] = self.states.get(state, 0) + 1

    @property
    def keys(self) -> set[Key]:
        return {result.key for result in self.listed}

    def of(self, agents: Sequence[str], tasks: Sequence[str], attempts: int) -> Sequence[Result]:
        """Those that were asked for, whatever else the file holds."""
        return [
            one
            for one in self.listed
            if one.agent in agents and one.task in tasks and one.attempt <= attempts
        ]

    def notes(self) -> Sequence[str]:
        """What somebody who reads the numbers must know."""
        said = [
            "Attempts at one task resemble one another, so intervals are narrower than the truth."
        ]
        if len(self.states) > 1:
            which = ", ".join(f"{state} ({count})" for state, count in self.states.items())
            said.append(f"The results are of {len(self.states)} states of the code: {which}.")
        else:
            said += [f"State of the code: {state}." for state in self.states]
        if self.versions:
            named = [f"{agent} {version}" for agent, version in self.versions.items()]
            said.append(f"Versions: {', '.join(named)}.")
        said += [f"Left out, so not beaten: {a}, {why}" for a, why in self.left_out.items()]
        return said
