"""The workspace as the agent last saw it: what somebody else has changed is not written over."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from selfstarter.core.decoding import decoded
from selfstarter.core.errors import ToolFailed
from selfstarter.core.ports import MOST_LISTED, Files

SHOWN = 8
"""Lines of the file as it is now, for the model to see."""


class WatchedFiles:
    """Port `Files`, with a memory: path -> sha256 of what the agent read or made there.

    A file it has never seen is compared with what `known` says of the start; one that is not even
    there (hidden, or one of very many) cannot be told and is not watched.
    """

    def __init__(self, files: Files, known: Mapping[str, str]) -> None:
        self.files = files
        self.known = dict(known)

    def learn(self, changed: Iterable[tuple[str, str]]) -> None:
        """The agent itself made these (path, sha256), by whatever tool."""
        self.known.update(changed)

    def read(self, path: str, limit: int = 2 << 20) -> bytes:
        """The digest is taken first: a change in between is then one that was not seen."""
        digest = self.files.digest(path)
        data = self.files.read(path, limit)
        self.known[plain(path)] = digest
        return data

    def write(self, path: str, data: bytes) -> None:
        self.files.write(path, data)
        self.known[plain(path)] = hashlib.sha256(data).hexdigest()

    def remove(self, path: str) -> None:
        self.files.remove(path)
        self.known[plain(path)] = ""

    def look(self, path: str, data: bytes | None = None) -> None:
        """Call it before a write. Raises ToolFailed, once, when the file is not as it was seen.

        `data`: what would be written; a file that holds it already was written before a crash.
        """
        was, now = self.known.get(plain(path)), self.files.digest(path)
        if was is None or not now or was == now:
            return
        if data is not None and now == hashlib.sha256(data).hexdigest():
            return
        self.known[plain(path)] = now
        text = decoded(self.files.read(path))[0]
        lines = text.splitlines()
        shown = "\n".join(line[:160] for line in lines[:SHOWN])
        appeared = "has appeared" if not was else "has changed since you saw it last"
        raise ToolFailed(
            f"Nothing was written: {path} {appeared}, and not by you. It has {len(lines):,} lines"
            f" now and begins:\n{shown}",
            "denied",
            "Read it, and keep what somebody else wrote. The same call again will go through.",
        )

    def names(self, limit: int = MOST_LISTED) -> Sequence[str]:
        return self.files.names(limit)

    def stamps(self) -> Mapping[str, tuple[int, int]]:
        return self.files.stamps()

    def digest(self, path: str) -> str:
        return self.files.digest(path)

    def size(self, path: str) -> int:
        return self.files.size(path)

    def others(self, own: Mapping[str, str]) -> bool:
        return self.files.others(own)


def plain(path: str) -> str:
    return "/".join(name for name in path.split("/") if name not in ("", "."))


class UnwatchedFiles(WatchedFiles):
    """For a loop that does not tell what its programs change: nobody is accused of it."""

    def look(self, path: str, data: bytes | None = None) -> None:
        pass
