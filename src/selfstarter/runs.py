"""What every run has, a child too: a folder, a first event, somebody who is told of each event."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from selfstarter.core.errors import BadSetting
from selfstarter.core.events import AnyEvent, RunStarted
from selfstarter.core.ports import Command, Model, Recorded
from selfstarter.core.state import State
from selfstarter.journal.open import open_store
from selfstarter.journal.store import RunJournal, Store
from selfstarter.keys import redactor
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

Listener = Callable[[str, Recorded], None]
"""Told (run id, recorded) after each append. A side channel: it cannot change the run."""
Commands = Callable[[], Awaitable[Sequence[Command]]]
log = logging.getLogger(__name__)


def store_in(settings: Settings) -> Store:
    """The journal: no key of this machine reaches it. Raises BadSetting."""
    return open_store(settings.home, settings.database, redactor(settings.database))


def harmless(listener: Listener | None) -> Listener | None:
    """What the listener raises is logged the first time, and the run goes on."""
    if listener is None:
        return None
    failed = False

    def tell(run_id: str, recorded: Recorded) -> None:
        nonlocal failed
        try:
            listener(run_id, recorded)
        except Exception:  # it is somebody else's program, and a side channel
            if not failed:
                said = "A listener failed at event %s of run %s; the run goes on without its word."
                log.exception(said, recorded.seq, run_id)
            failed = True

    return tell


def can_be_kept(*words: str) -> None:
    """Raises BadSetting: what a person gave is no text to its end, as a word of another encoding
    on a command line."""
    for one in words:
        try:
            one.encode()
        except UnicodeEncodeError as error:
            raise BadSetting(
                "{words!r} is not UTF-8 to its end, so it cannot be kept in the journal. Type it"
                " again, or convert the file that it comes from: iconv -t UTF-8.",
                words=one[max(0, error.start - 20) : error.end],
            ) from error


def begin(store: Store, started: RunStarted, listener: Listener | None, run_id: str = "") -> str:
    """Begin a run, and tell of its first event too. Returns its id."""
    run_id = store.create(started, run_id)
    if listener:
        for recorded in store.read(run_id):
            listener(run_id, recorded)
    return run_id


def run_folder(home: Path, run_id: str) -> Path:
    folder = home / "runs" / run_id
    for each in (home, folder.parent, folder):  # one by one: `parents` would forget the mode
        each.mkdir(parents=each == home, exist_ok=True, mode=0o700)
    return folder


def catch_up(model: Model, state: State) -> None:
    """A script does not start again after a crash: replies that the journal holds are skipped."""
    if isinstance(model, ScriptedModel):
        model.skip(dict(state.replies.items()))


def model_of_child(model: Model, number: int) -> Model:
    """A script has a section for each child; any other model is the same for all."""
    return model.child(number) if isinstance(model, ScriptedModel) else model


class Told:
    """A journal that tells a listener of each event once it is durable.

    `above`: commands of the parent run. To stop or pause it is to stop or pause its child; all
    else that is asked of it is for itself.
    """

    def __init__(
        self,
        journal: RunJournal,
        run_id: str,
        listener: Listener | None,
        above: Commands | None = None,
    ) -> None:
        self.journal = journal
        self.run_id = run_id
        self.listener = listener
        self.above = above

    def read(self) -> AsyncIterator[Recorded]:
        return self.journal.read()

    async def append(self, event: AnyEvent) -> Recorded:
        recorded = await self.journal.append(event)
        if self.listener:
            self.listener(self.run_id, recorded)
        return recorded

    async def commands(self) -> Sequence[Command]:
        own = await self.journal.commands()
        if self.above is None:
            return own
        heard = self.journal.answered
        above = [c for c in await self.above() if c.kind in ("pause", "stop") and c.id > heard]
        return [*own, *above]
