"""
Our errors, all of them, and who reads them:

Trouble
├── BadSetting      the person must fix a setting or an argument   -> exit 2 or 7, no traceback
├── NoSuchRun       the person named a run that is not there       -> exit 2
├── RunBusy         another process pursues this run               -> exit 2
├── NothingToDo     the run has ended, or waits for no such answer -> exit 2
├── FilesChanged    somebody has changed files that `undo` would put back  -> exit 2
├── NoSandbox       no working sandbox: code tools are refused     -> code tools say so
├── ModelDown       retries are spent                         -> the run pauses; exit 75
├── SandboxGone     the sandbox died under a call             -> the run pauses; exit 75
├── WorkspaceGone   the folder of the run is no longer there   -> the run pauses; exit 75
├── EmbeddingDown   a text cannot be embedded now              -> memory goes by words alone
├── MemoryDown      the memory cannot be read                  -> the run goes on without it
├── JournalDown     an event cannot be written (disk full)     -> the run stops here; exit 75
└── ToolFailed      the model can try another way                  -> becomes a CallReturned
Anything else is a bug and travels up with its traceback.
"""

from typing import Literal

from selfstarter.core.events import Lost

Failure = Literal["empty", "transient", "permanent", "denied", "oversize"]
"""Why a call gave no result. Only `transient` is worth trying again unchanged."""


class Trouble(Exception):
    """Base of every error we raise on purpose. Its text says what happened and what to do."""


class BadSetting(Trouble): ...


class NoSuchRun(Trouble): ...


class RunBusy(Trouble): ...


class NothingToDo(Trouble): ...


class FilesChanged(Trouble): ...


class NoSandbox(Trouble): ...


class ModelDown(Trouble):
    """After how many tries, and how many of them a provider may have billed."""

    def __init__(self, message: str, *, tries: int = 1, billed: int = 0) -> None:
        super().__init__(message)
        self.tries = tries
        self.billed = billed
        self.lost: Lost | None = None
        """What that may have cost, once it is known; whoever journals it takes it away."""


class SandboxGone(Trouble): ...


class WorkspaceGone(Trouble): ...


class EmbeddingDown(Trouble): ...


class MemoryDown(Trouble): ...


class JournalDown(Trouble): ...


class ToolFailed(Trouble):
    """News for the model: what went wrong, of which kind, and what to do next."""

    def __init__(self, message: str, failure: Failure = "permanent", next_action: str = "") -> None:
        super().__init__(message)
        self.failure: Failure = failure
        self.next_action = next_action
