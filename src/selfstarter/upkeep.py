"""Looking after what runs leave on the disk: free it, copy it, report on it."""

import json
import os
import platform
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import apsw
from filelock import FileLock, Timeout

from selfstarter import __version__, config, keys
from selfstarter.core.errors import BadSetting
from selfstarter.doctor import examine
from selfstarter.past import every_run
from selfstarter.settings import Settings, crash_file
from selfstarter.viewing import Window, envelope

DAY_S = 86_400.0
LEAVINGS = ("results", "pages", "scratch", "start")
"""Of a run's folder: what calls returned at length, pages that were read, the sandbox's own place,
the copy from which independent attempts begin. Its report stays."""
CACHES = ("documents.db", "searches.db")
"""Made anew when they are missing."""
LONGEST = 200
"""Characters of a text of a person or a model in a bundle."""


@dataclass(frozen=True, slots=True)
class Leaving:
    path: Path
    what: str
    bytes: int


def leavings(settings: Settings, days: float) -> Sequence[Leaving]:
    """What could be freed: of runs that have ended, and whose last event is so old."""
    home, before = settings.home, time.time() - days * DAY_S
    if not (home / "journal.db").exists() and not settings.database:
        return []
    window = Window(settings)
    try:
        old = [row.run_id for row in every_run(window) if row.ending and row.last_at < before]
    finally:
        window.close()
    found: list[Leaving] = []
    for run_id in old:
        for folder in family(home / "runs", run_id):
            said = f"of run {folder.name}, which has ended"
            found += [leaving(folder / name, said) for name in LEAVINGS if (folder / name).exists()]
    found += [leaving(path, "lock that nobody holds") for path in free_locks(home)]
    old_cache = (home / name for name in CACHES)
    found += [
        leaving(path, "cache, made anew when it is needed")
        for path in old_cache
        if path.exists() and path.stat().st_mtime < before
    ]
    return found


def family(runs: Path, run_id: str) -> Iterator[Path]:
    """The folder of a run, and those of its children."""
    yield runs / run_id
    yield from runs.glob(f"{run_id}.*")


def free_locks(home: Path) -> Iterator[Path]:
    for path in sorted((home / "locks").glob("*.lock")):
        lock = FileLock(path, timeout=0)
        with suppress(Timeout, OSError), lock:
            yield path


def leaving(path: Path, what: str) -> Leaving:
    files = [path] if path.is_file() else path.rglob("*")
    return Leaving(path, what, sum(f.lstat().st_size for f in files if f.is_file()))


def free(found: Sequence[Leaving]) -> int:
    """Remove them; what is gone already, or may not be removed, is left. Returns bytes."""
    freed = 0
    for one in found:
        if one.path.suffix == ".lock":
            with suppress(Timeout, OSError), FileLock(one.path, timeout=0):
                one.path.unlink()
            continue
        with suppress(OSError):
            shutil.rmtree(one.path) if one.path.is_dir() else one.path.unlink()
            freed += one.bytes
    return freed


def backup(settings: Settings, file: Path) -> int:
    """The journal and the memory, as they are at one moment, in one file; runs may go on.

    Returns bytes. Raises BadSetting: there is no journal, or the file cannot be written.
    """
    journal = settings.home / "journal.db"
    if settings.database:
        raise BadSetting(
            "Journal and memory lie in Postgres: back them up with `pg_dump -n selfstarter`."
        )
    if not journal.is_file():
        raise BadSetting("There is no journal at {home} yet.", home=settings.home)
    if file.exists():
        raise BadSetting("{file} is there already. Name another file, or remove it.", file=file)
    draft = file.with_name(file.name + ".draft")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        copied(journal, draft)
        draft.replace(file)
    except (apsw.Error, OSError) as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise BadSetting("{file} cannot be written: {error}.", file=file, error=error) from error
    return file.stat().st_size


def copied(journal: Path, file: Path) -> None:
    """By SQLite's own backup (sqlite.org/backup.html): a run that writes meanwhile does no harm."""
    source = apsw.Connection(str(journal), flags=apsw.SQLITE_OPEN_READONLY)
    target = apsw.Connection(str(file))
    try:
        with target.backup("main", source, "main") as copying:
            while not copying.done:
                copying.step(1_000)
    finally:
        target.close()
        source.close()


async def bundle(
    settings: Settings, file: Path, run: str = "", whole: bool = False
) -> Sequence[str]:
    """A zip for whoever looks into a bug; returns the names of what is in it.

    No key is in it. Of a run: what happened and when, its texts cut to their beginnings; `whole`:
    not cut. Raises NoSuchRun; BadSetting: the file cannot be written.
    """
    redact = keys.redactor(settings.database)
    parts = {
        "about.json": about(),
        "doctor.json": [one.as_json() for one in await examine(settings)],
        "settings.json": set_here(settings),
    }
    texts = {name: json.dumps(part, ensure_ascii=False, indent=1) for name, part in parts.items()}
    if crash_file().is_file():
        texts["crash.txt"] = crash_file().read_text("utf-8")
    if run:
        texts["run.jsonl"] = "\n".join(told(settings, run, whole))
    try:
        with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as out:
            for name, text in texts.items():
                out.writestr(name, without_home(redact(text)))
    except OSError as error:
        raise BadSetting("{file} cannot be written: {error}.", file=file, error=error) from error
    return list(texts)


def set_here(settings: Settings) -> object:
    try:
        return [asdict(one) for one in config.explain({"home": settings.home})]
    except BadSetting as wrong:
        return {"error": str(wrong)}


def told(settings: Settings, run: str, whole: bool) -> Iterator[str]:
    window = Window(settings)
    try:
        run_id = window.find(run)
        for recorded in window.every_event(run_id):
            found = envelope(run_id, recorded)
            yield json.dumps(found if whole else cut(found), ensure_ascii=False)
    finally:
        window.close()


def cut(value: Any) -> Any:
    match value:
        case str() if len(value) > LONGEST:
            return f"{value[:LONGEST]}… ({len(value):,} characters)"
        case dict():
            return {key: cut(inner) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list():
            return [cut(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def without_home(text: str) -> str:
    """The person's name is often in the path of their home."""
    return text.replace(str(Path.home()), "~")


def about() -> Mapping[str, str]:
    return {
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "sqlite": apsw.sqlite_lib_version(),
    }
