"""
Our errors, all of them, and what becomes of each:

Trouble
├── BadSetting      exit 7 (2: an argument of the command line), no traceback
│   └── NoKey       exit 7
├── NoSuchRun       exit 2
├── NoSuchSchedule  exit 2
├── RunBusy         exit 2
├── NothingToDo     exit 2
│   └── NoSuchRecord  exit 2
├── FilesChanged    exit 2
├── NoSandbox       code tools say so
├── ModelDown       the run pauses; exit 75
├── SandboxGone     the run pauses; exit 75
├── WorkspaceGone   the run pauses; exit 75
├── JournalDown     the run stops here; exit 75
├── EmbeddingDown   memory goes by words alone
├── MemoryDown      the run goes on without it
└── ToolFailed      becomes a CallReturned, which the model reads
Anything else is a bug and travels up; the person sees its traceback with `--debug`.

Each class has a `code` that never changes, `what` happened and how to `fix` it, a line each: the
page docs/reference/errors.md is made of them. The text of an error says what happened this time,
its values apart: `NoSuchRun("There is no run {run}.", run=name)`.
"""

from typing import ClassVar, Literal

from selfstarter.core.events import Lost
from selfstarter.core.said import Said

Failure = Literal["empty", "transient", "permanent", "denied", "oversize"]
"""Why a call gave no result. Only `transient` is worth trying again unchanged."""
PAGE = "docs/reference/errors.md"


class Trouble(Exception):
    """Base of every error we raise on purpose. Its text says what happened and what to do.

    Its own code is that of everything which we do not raise on purpose: a bug.
    """

    code: ClassVar[str] = "E000"
    what: ClassVar[str] = "something happened that we did not foresee: a bug of ours"
    fix: ClassVar[str] = (
        "See where with `selfstarter --debug …`; `selfstarter report-bug` packs what we need."
    )

    def __init__(self, sentence: str = "", /, **holes: object) -> None:
        self.said = Said(sentence, **holes)
        super().__init__(str(self.said))


class BadSetting(Trouble):
    code = "E101"
    what = "a setting, an argument or a file that was named cannot be used"
    fix = (
        "Change what is named; where it is a setting, `selfstarter config explain` shows it and"
        " where it comes from."
    )


class NoKey(BadSetting):
    code = "E102"
    what = "a model, a search engine or a tool server needs a key, and none is to be found"
    fix = "Keep it with `selfstarter auth set NAME`, or set a variable of that name."


class NoSuchRun(Trouble):
    code = "E201"
    what = "the run that was named is not there"
    fix = "Take an id from `selfstarter ls`; the beginning of one, or @last, will do."


class NoSuchSchedule(Trouble):
    code = "E205"
    what = "the schedule that was named is not there"
    fix = "Take an id from `selfstarter schedule ls`; the beginning of one will do."


class RunBusy(Trouble):
    code = "E202"
    what = "another process pursues this run"
    fix = "Wait for it, or tell it what you want: `selfstarter say`, `pause` and `stop` reach it."


class NothingToDo(Trouble):
    code = "E203"
    what = "the run has ended, or waits for no such answer"
    fix = "See how it stands with `selfstarter show RUN`, and what waits with `selfstarter inbox`."


class NoSuchRecord(NothingToDo):
    code = "E206"
    what = "the record of the memory that was named is not there"
    fix = "Take an id from `selfstarter memory ls --history`; the beginning of one will do."


class FilesChanged(Trouble):
    code = "E204"
    what = "somebody has changed files that `undo` would put back"
    fix = "Look at them with `selfstarter diff RUN`, keep what you need, then undo again."


class NoSandbox(Trouble):
    code = "E301"
    what = "no working sandbox, so programs are not run"
    fix = "`selfstarter doctor` says what is missing; install bubblewrap."


class ModelDown(Trouble):
    """After how many tries, and how many of them a provider may have billed."""

    code = "E302"
    what = "the model is out of reach, refused the key, or gave no usable reply"
    fix = "Test it with `selfstarter models test`, then go on with `selfstarter resume RUN`."

    def __init__(
        self, sentence: str, /, *, tries: int = 1, billed: int = 0, **holes: object
    ) -> None:
        super().__init__(sentence, **holes)
        self.tries = tries
        self.billed = billed
        self.lost: Lost | None = None
        """What that may have cost, once it is known; whoever journals it takes it away."""


class SandboxGone(Trouble):
    code = "E303"
    what = "the sandbox died under a call"
    fix = "Go on with `selfstarter resume RUN`; if it dies again, see `selfstarter doctor`."


class WorkspaceGone(Trouble):
    code = "E304"
    what = "the folder of the run is no longer there"
    fix = "Put it back where it was, then go on with `selfstarter resume RUN`."


class JournalDown(Trouble):
    code = "E305"
    what = "an event cannot be written: the disk is full, or the database is out of reach"
    fix = "Make room (`selfstarter gc`) or mend the database, then `selfstarter resume RUN`."


class EmbeddingDown(Trouble):
    code = "E401"
    what = "a text cannot be embedded now, so the memory is searched by words alone"
    fix = "Nothing is lost; `selfstarter memory stats` says what is missing."


class MemoryDown(Trouble):
    code = "E402"
    what = "the memory cannot be read, so the run goes on without it"
    fix = (
        "`selfstarter memory stats` says why. A database that is down is filed into when it is"
        " back; a damaged file is made anew from the journals with `selfstarter memory rebuild`."
    )


class ToolFailed(Trouble):
    """News for the model: what went wrong, of which kind, and what to do next."""

    code = "E501"
    what = "a call of a tool gave no result; the model reads why and can try another way"
    fix = "Nothing to mend; `selfstarter show RUN --events` shows the calls."

    def __init__(
        self,
        message: str,
        failure: Failure = "permanent",
        next_action: str = "",
        *,
        ours: bool = False,
    ) -> None:
        """`ours`: every word of it is ours or the caller's, and none from outside."""
        super().__init__(message)
        self.failure: Failure = failure
        self.next_action = next_action
        self.ours = ours


def kinds(kind: type[Trouble] = Trouble) -> list[type[Trouble]]:
    """Those that have a code, in the order of this file. A room may refine one for itself."""
    below = (one for one in kind.__subclasses__() if "code" in vars(one))
    return [kind, *(inner for one in below for inner in kinds(one))]


def kind_of(error: BaseException) -> type[Trouble]:
    """Whose code and fix go with it."""
    return type(error) if isinstance(error, Trouble) else Trouble


def anchor(kind: type[Trouble]) -> str:
    return f"{PAGE}#{kind.code.lower()}"
