"""A real run as a regression test, in one file: its goal, its folder as it was at the start, every
reply of its model, and the end it came to."""

import base64
from asyncio import to_thread
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ValidationError

from selfstarter.app import look_up, pursue, run_folder
from selfstarter.core.contract import Criterion
from selfstarter.core.errors import BadSetting, NoSuchRun, ToolFailed, Trouble
from selfstarter.core.events import (
    AttemptMade,
    CallApproved,
    CallDenied,
    Ending,
    Limits,
    ModelCalled,
    ModelFacts,
    PersonSaid,
    RunForked,
    RunImported,
    RunResumed,
    StopAsked,
    WorkspaceUndone,
)
from selfstarter.core.permissions import Permissions
from selfstarter.core.ports import Facts, Reply, Usage, WantedCall
from selfstarter.core.redaction import within
from selfstarter.core.state import State
from selfstarter.keys import redactor
from selfstarter.models.recorded import RecordedFacts, RecordedModel, RecordedReply
from selfstarter.settings import Settings
from selfstarter.tools.workspace import Workspace, steps

MOST_BYTES = 5 << 20
"""Largest folder that goes into a case."""
SCRIPTED, OTHER = 4.0, 3.2
"""Characters a token, as those models count."""


TOOK_PART = (
    PersonSaid,
    StopAsked,
    CallApproved,
    CallDenied,
    WorkspaceUndone,
    RunForked,
    RunImported,
)


class Expected(BaseModel, frozen=True):
    ending: Ending
    answer: str
    criteria: dict[str, bool]
    """Criterion -> did it pass when it was last looked at?"""
    changed: tuple[str, ...]
    """Files that the run made or changed."""


class Case(BaseModel, frozen=True):
    case: int = 1
    """Rises when a field changes its meaning."""
    goal: str
    criteria: tuple[str | Criterion, ...] = ()
    limits: Limits
    attended: bool = False
    seed: int = 0
    permissions: Permissions = Permissions()
    facts: ModelFacts
    characters_per_token: float = OTHER
    files: dict[str, str]
    """Path -> text, or `base64:` and the bytes."""
    replies: tuple[RecordedReply, ...]
    expected: Expected


@dataclass(frozen=True, slots=True)
class Rerun:
    ending: Ending | None
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.differences


class CaseModel(RecordedModel):
    """The replies of a case, in their order for each purpose; counts as the first model did."""

    def __init__(self, case: Case, file: Path) -> None:
        facts = Facts(name=f"case:{file.name}", local=True, **case.facts.model_dump())
        super().__init__(file, facts.name, [RecordedFacts(facts=facts), *case.replies])
        self.characters = case.characters_per_token

    def count(self, text: str) -> int:
        return int(len(text) / self.characters) + 1


def save_case(name: str, settings: Settings, file: Path) -> Case:
    """Make a case of a run. Raises NoSuchRun; BadSetting: this run cannot be run again."""
    outcome, records = look_up(name, settings)
    state, events = outcome.state, [recorded.event for recorded in records]
    started, ended = state.started, state.ended
    if started is None or ended is None:
        raise BadSetting(
            "Run {run_id} has not ended: there is no end to expect.", run_id=outcome.run_id
        )
    if started.facts is None:
        raise BadSetting(
            "Run {run_id} is of an older release, whose journal does not say what its model was"
            " like: run it anew.",
            run_id=outcome.run_id,
        )
    if any(isinstance(e, TOOK_PART) for e in events):
        raise BadSetting(
            "In run {run_id} a person took part; a case holds only what a model said.",
            run_id=outcome.run_id,
        )
    if any(isinstance(e, RunResumed) and e.facts not in (None, started.facts) for e in events):
        raise BadSetting(
            "Run {run_id} was pursued by two models; a case holds one.", run_id=outcome.run_id
        )
    if ended.ending == "out_of_time":
        raise BadSetting(
            "Run {run_id} ended by the clock: it would end otherwise again.", run_id=outcome.run_id
        )
    case = Case(
        goal=started.goal,
        criteria=started.criteria,
        limits=state.limits,
        attended=started.attended,
        seed=started.seed,
        permissions=state.permissions,
        facts=started.facts,
        characters_per_token=SCRIPTED if started.model.startswith("scripted") else OTHER,
        files=start_files(outcome.run_id, state, settings),
        replies=tuple(replies(outcome.run_id, settings)),
        expected=expected(state),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    case = Case.model_validate(within(redactor(), case.model_dump(mode="json")))
    file.write_text(case.model_dump_json(indent=1) + "\n", "utf-8")
    return case


def replies(run_id: str, settings: Settings) -> Iterator[RecordedReply]:
    """In the order in which they came: those of an attempt lie before it is back."""
    for recorded in look_up(run_id, settings)[1]:
        match recorded.event:
            case AttemptMade(number=number):
                yield from child_replies(f"{run_id}.a{number}", settings)
            case ModelCalled() as called:
                yield RecordedReply(digest="", purpose=called.purpose, reply=reply_of(called))
            case _:
                pass


def child_replies(run_id: str, settings: Settings) -> Iterator[RecordedReply]:
    try:
        yield from replies(run_id, settings)
    except NoSuchRun:
        return


def reply_of(called: ModelCalled) -> Reply:
    return Reply(
        text=called.text,
        calls=tuple(WantedCall(c["tool"], c["args"], c.get("id", "")) for c in called.calls),
        usage=Usage(called.input, called.output, called.cached, called.cost_usd),
        cut=called.cut,
    )


def start_files(run_id: str, state: State, settings: Settings) -> dict[str, str]:
    """From the copy that was kept of the start; else from the folder, where a file is as it was."""
    kept = run_folder(settings.home, run_id) / "start"
    digests = state.found
    folder = kept if kept.is_dir() else Path(state.started.workspace if state.started else "")
    if not folder.is_dir():
        raise BadSetting(
            "The folder {folder} of run {run_id} is not there any more.",
            folder=folder,
            run_id=run_id,
        )
    source, found, size = Workspace(folder), dict[str, str](), 0
    for path, digest in digests.items():
        try:
            data = source.read(path, MOST_BYTES + 1)
        except ToolFailed:
            data = None
        if data is None or source.digest(path) != digest:
            raise BadSetting(
                "{path} is not as it was when run {run_id} began, and no copy was kept: the run"
                " cannot be run again.",
                path=path,
                run_id=run_id,
            )
        size += len(data)
        if size > MOST_BYTES:
            raise BadSetting("The folder of run {run_id} is too large for a case.", run_id=run_id)
        found[path] = written(data)
    return found


def written(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "base64:"
    return f"base64:{base64.b64encode(data).decode()}" if text.startswith("base64:") else text


def expected(state: State) -> Expected:
    return Expected(
        ending=state.ended.ending if state.ended else "failed",
        answer=state.ended.answer if state.ended else "",
        criteria={name: check.passed for name, check in sorted(state.checks.items())},
        changed=tuple(state.ledger.made),
    )


def read_case(file: Path) -> Case:
    """Raises BadSetting: no such case."""
    try:
        return Case.model_validate_json(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            "The case {file} cannot be read: {error}", file=file, error=error
        ) from error
    except ValidationError as error:
        said = error.errors()[0]
        where = ".".join(map(str, said["loc"])) or "the file"
        raise BadSetting(
            "{file} is no regression case: {where}: {why}.", file=file, where=where, why=said["msg"]
        ) from error


async def rerun(file: Path) -> Rerun:
    """Pursue a case again, in a fresh folder, with its replies. Raises BadSetting: no such case."""
    case = await to_thread(read_case, file)
    with TemporaryDirectory(prefix="selfstarter-") as temporary:
        workspace, home = Path(temporary) / "workspace", Path(temporary) / "home"
        workspace.mkdir()
        lay(case.files, workspace)
        known = Settings.model_fields
        limits = {k: v for k, v in case.limits.model_dump().items() if k in known}
        given = case.permissions.model_dump()
        settings = Settings(model=f"case:{file.name}", home=home, web=False, **limits, **given)
        try:
            outcome = await pursue(
                case.goal,
                workspace,
                settings,
                criteria=case.criteria,
                attended=case.attended,
                model=CaseModel(case, file),
                seed=case.seed,
            )
        except Trouble as trouble:
            return Rerun(None, (str(trouble),))
    return Rerun(outcome.ending, tuple(differences(case.expected, expected(outcome.state))))


def lay(files: Mapping[str, str], workspace: Path) -> None:
    """Also names that an agent may not write; a path that leaves the folder raises ToolFailed."""
    for path, text in files.items():
        target = workspace.joinpath(*steps(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        coded = text.startswith("base64:")
        data = base64.b64decode(text.removeprefix("base64:")) if coded else text.encode()
        target.write_bytes(data)


def differences(was: Expected, now: Expected) -> Iterator[str]:
    for name, one in was.model_dump().items():
        other = now.model_dump()[name]
        if one != other:
            yield f"{name}: {other!r}, expected {one!r}"
