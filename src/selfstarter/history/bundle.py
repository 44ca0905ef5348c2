"""A whole run as one file, and back into another home: events, snapshots, long results, pages.

Exact, so not redacted beyond what its journal is. What comes in is not believed: each event and
each content is checked, no path of the file is used as it is, and unless `trust` is given nothing
in it counts as a person's wish."""

import hashlib
import json
import re
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, FiniteFloat, ValidationError

from selfstarter import __version__
from selfstarter.core.errors import BadSetting, ToolFailed
from selfstarter.core.events import EVENT, RunEnded, RunImported, RunStarted
from selfstarter.core.fold import fold
from selfstarter.core.ports import Recorded
from selfstarter.history.fork import CARRIED, empty
from selfstarter.history.past import Past, children_of, past_of, snapshots_of, tree_of
from selfstarter.history.restore import restore
from selfstarter.history.snapshots import kept, left_out
from selfstarter.history.store import FILE, Entry, Said, SnapshotStore, alter, difference
from selfstarter.journal.store import Store, last_command
from selfstarter.runs import run_folder, store_in
from selfstarter.settings import Settings
from selfstarter.tools.workspace import steps

FORMAT, VERSION = "selfstarter-run", 1
MOST_BYTES = 2 << 30
MOST_PARTS = 200_000
MOST_COMMANDS = 10**9
"""Highest number that a command of a person may have: those of this machine go on above it."""
SAFE_ID = re.compile(r"[0-9a-z]{1,40}")
PART = re.compile(r"(?:\.[ac][0-9]{1,6})*")


UNREADABLE = (
    OSError,
    EOFError,
    KeyError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What it is to read a ZIP file that is none, or a broken one."""


class Head(BaseModel, frozen=True):
    """`run.json`."""

    format: str = ""
    version: int = 0
    run: str = ""


class Line(BaseModel, frozen=True):
    """Of `events/*.jsonl`."""

    seq: int
    at: FiniteFloat
    event: dict[str, Any]


class TreeLine(BaseModel, frozen=True):
    """Of `trees.jsonl`."""

    id: str
    changes: dict[str, Said | None]


@dataclass(frozen=True, slots=True)
class Imported:
    run_id: str
    workspace: Path
    events: int
    missing: tuple[str, ...]
    """`path: why` of what is not in the workspace."""


def write_bundle(name: str, settings: Settings, file: Path) -> None:
    """Raises NoSuchRun; BadSetting: the file is there already."""
    with closing(store_in(settings)) as store:
        past = past_of(store, name)
        family = {past.run_id: past.records} | dict(children(store, past.run_id, past.records))
    try:
        file.touch(0o600, exist_ok=False)
    except OSError as error:
        raise BadSetting(
            "{file} cannot be made: {strerror}.", file=file, strerror=error.strerror
        ) from error
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        head = {"format": FORMAT, "version": VERSION, "run": past.run_id, "by": __version__}
        bundle.writestr("run.json", json.dumps(head))
        for run_id, records in family.items():
            lines = (f'{{"seq":{r.seq},"at":{r.at!r},"event":{text(r)}}}\n' for r in records)
            bundle.writestr(f"events/{run_id[len(past.run_id) :]}.jsonl", "".join(lines))
        for folder in (run_folder(settings.home, past.run_id) / name for name in CARRIED):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    bundle.write(path, f"folder/{path.relative_to(folder.parent)}")
        if past.saves:
            with snapshots_of(past.run_id, settings) as snapshots:
                snapshots_out(bundle, past, snapshots)


def text(recorded: Recorded) -> str:
    return EVENT.dump_json(recorded.event).decode()


def children(
    store: Store, run_id: str, records: Sequence[Recorded]
) -> Iterator[tuple[str, list[Recorded]]]:
    """Of runs, and of theirs."""
    for name in children_of(run_id, (recorded.event for recorded in records)):
        if found := list(store.read(name)):
            yield name, found
            yield from children(store, name, found)


def snapshots_out(bundle: zipfile.ZipFile, past: Past, snapshots: SnapshotStore) -> None:
    """Each tree as its difference to the one before; each content once, under its digest."""
    lines: list[str] = []
    before: Mapping[str, Entry] = {}
    told: set[str] = set()
    for id in dict.fromkeys(tree_of(recorded) for recorded in past.saves):
        tree = snapshots.tree(id)
        lines.append(json.dumps({"id": id, "changes": difference(before, tree)}) + "\n")
        for entry in kept(tree).values():
            if entry.digest not in told:
                told.add(entry.digest)
                bundle.writestr(f"blobs/{entry.digest}", snapshots.blob(entry.digest))
        before = tree
    bundle.writestr("trees.jsonl", "".join(lines))


def read_bundle(
    file: Path, settings: Settings, workspace: Path | None = None, *, trust: bool = False
) -> Imported:
    """`workspace`: an empty folder for the files; None: a new one. `trust`: the run is the person's
    own, so what was wished and allowed in it still is.

    Keeps the run's id where it is free. Raises BadSetting: it is no such file, or a damaged one;
    then nothing is left behind in the journal.
    """
    try:
        with zipfile.ZipFile(file) as bundle, closing(store_in(settings)) as store:
            return taken_in(Bundle(bundle, file), store, settings, workspace, trust)
    except UNREADABLE as error:
        raise BadSetting(
            "{file} is no run that can be imported: {error}.", file=file, error=error
        ) from error
    except (ValidationError, ValueError, TypeError, ToolFailed) as error:
        said = str(error).splitlines()[0]
        raise BadSetting(
            "{file} is damaged, or not of this program: {said}", file=file, said=said
        ) from error


class Bundle:
    """The file, looked at before anything of it is used. Raises BadSetting."""

    def __init__(self, bundle: zipfile.ZipFile, file: Path) -> None:
        self.bundle, self.file = bundle, file
        infos = bundle.infolist()
        if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_BYTES:
            raise BadSetting(
                "{file} is too large: more than {most} GB unpacked.",
                file=file,
                most=MOST_BYTES >> 30,
            )
        self.names = {info.filename: info.file_size for info in infos}
        head = Head.model_validate_json(self.read("run.json"))
        if head.format != FORMAT or head.version != VERSION:
            raise BadSetting(
                "{file} is no run of this format ({format} {version}).",
                file=file,
                format=FORMAT,
                version=VERSION,
            )
        self.run_id = head.run
        if not SAFE_ID.fullmatch(self.run_id):
            raise BadSetting(
                "{file} names a run {run_id!r}; that is no id.", file=file, run_id=self.run_id[:40]
            )

    def read(self, name: str) -> bytes:
        """What a part says it unpacks to is also the most that it may."""
        with self.bundle.open(name) as part:
            data = part.read(self.names[name] + 1)
        if len(data) != self.names[name]:
            raise BadSetting(
                "{file}: the part {name!r} is damaged.", file=self.file, name=name[:60]
            )
        return data

    def family(self) -> dict[str, list[Recorded]]:
        """`` (the run itself), `.c1`, … -> its events."""
        found: dict[str, list[Recorded]] = {}
        for name in self.names:
            if name.startswith("events/"):
                part = name.removeprefix("events/").removesuffix(".jsonl")
                if not PART.fullmatch(part):
                    raise BadSetting(
                        "{file}: {name!r} is no part of a run.", file=self.file, name=name[:60]
                    )
                found[part] = list(self.events(name))
        if "" not in found:
            raise BadSetting("{file} holds no events.", file=self.file)
        return found

    def events(self, name: str) -> Iterator[Recorded]:
        for seq, line in enumerate(self.read(name).decode().splitlines(), 1):
            row = Line.model_validate_json(line)
            event = EVENT.validate_python(row.event)
            if row.seq != seq or (seq == 1) != isinstance(event, RunStarted):
                raise BadSetting(
                    "{file}: {name}: event {seq} is out of place.",
                    file=self.file,
                    name=name[:60],
                    seq=seq,
                )
            if last_command(event) > MOST_COMMANDS:
                raise BadSetting(
                    "{file}: {name}: event {seq} answers no command.",
                    file=self.file,
                    name=name[:60],
                    seq=seq,
                )
            yield Recorded(seq, row.at, event)


def taken_in(
    bundle: Bundle, store: Store, settings: Settings, workspace: Path | None, trust: bool
) -> Imported:
    family = bundle.family()
    records = family[""]
    first = records[0].event
    assert isinstance(first, RunStarted)
    for part, theirs in family.items():
        if part and not trust and not isinstance(theirs[-1].event, RunEnded):
            raise BadSetting(
                "A part of this run is not at its end ({path}), and would go on by itself."
                " Import it with --trust if it is your own.",
                path=part[1:],
            )
    taken = any(True for _ in store.read(bundle.run_id))
    run_id = secrets.token_hex(4) if taken else bundle.run_id
    folder = empty(workspace or settings.home / "workspaces" / run_id)
    missing = unpacked(bundle, run_id, records, folder, settings, trust)
    first = first.model_copy(update={"workspace": str(folder), "memory": first.memory and trust})
    permissions = None if trust else settings.permissions()
    event = RunImported(run=bundle.run_id, permissions=permissions)
    imported = Recorded(len(records) + 1, records[-1].at, event)
    fold([*records, imported])  # what cannot be folded is not taken in
    for part, theirs in family.items():
        if part:
            store.take_in(f"{run_id}{part}", theirs)
    store.take_in(run_id, [Recorded(1, records[0].at, first), *records[1:], imported])
    return Imported(run_id, folder, len(records), missing)


def unpacked(
    bundle: Bundle,
    run_id: str,
    records: list[Recorded],
    workspace: Path,
    settings: Settings,
    trust: bool,
) -> tuple[str, ...]:
    """Snapshots, folders and files, for the run `run_id`."""
    ours = run_folder(settings.home, run_id)
    for name in bundle.names:
        if name.startswith("folder/"):
            path = steps(name.removeprefix("folder/"))
            if path[0] not in CARRIED:
                raise BadSetting(
                    "{file}: {name!r} is no part of a run.", file=bundle.file, name=name[:60]
                )
            target = ours.joinpath(*path)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            target.write_bytes(bundle.read(name))
    past = Past(run_id, records)
    if not past.saves:
        return ()
    with closing(SnapshotStore(ours / FILE)) as snapshots:
        snapshots_in(bundle, snapshots)
        then = snapshots.tree(tree_of(past.saves[-1]))
        _, failed = restore(workspace, snapshots, kept(then), {}, then, links=trust)
    return (*(f"{path}: {why}" for path, why in left_out(then).items()), *failed)


def snapshots_in(bundle: Bundle, snapshots: SnapshotStore) -> None:
    with snapshots.writing():
        for name in bundle.names:
            if name.startswith("blobs/"):
                data = bundle.read(name)
                digest = hashlib.sha256(data).hexdigest()
                if name != f"blobs/{digest}":
                    raise BadSetting(
                        "{file}: the content {name!r} is damaged.", file=bundle.file, name=name[:60]
                    )
                snapshots.keep(digest, data)
        tree: dict[str, Entry] = {}
        before = ""
        for line in bundle.read("trees.jsonl").decode().splitlines():
            row, was = TreeLine.model_validate_json(line), dict(tree)
            alter(tree, row.changes)
            before = snapshots.keep_tree(tree, before, was)
            if before != row.id:
                raise BadSetting(
                    "{file}: the snapshot {id!r} is damaged.", file=bundle.file, id=row.id
                )
