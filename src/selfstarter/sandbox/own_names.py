"""Names that the host obeys, and which of them programs of ours have made: what a program could
make it may change again and take away, or a mistake would stay for good (X02, X35)."""

import os
import stat
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

Stamp = tuple[int, int, int, int, int]


class OwnNames:
    """Of `names` in a workspace. Whatever is not known to be a program's is the person's: what was
    there before, what is no plain file, and what changed while no program ran."""

    def __init__(self, workspace: Path, names: Sequence[str]) -> None:
        self.workspace = workspace
        self.names = names
        self.made: dict[str, Stamp] = {}
        """As the program left it."""

    def given(self) -> list[str]:
        """Those that are there and not a program's."""
        return [name for name in self.there() if not self.is_own(name)]

    @contextmanager
    def noted(self) -> Generator[None]:
        """While a program runs."""
        given = self.given()
        try:
            yield
        finally:
            self.made = {
                name: stamp
                for name in self.there()
                if name not in given and (stamp := stamp_of(self.workspace / name))
            }

    def there(self) -> list[str]:
        return [name for name in self.names if os.path.lexists(self.workspace / name)]

    def is_own(self, name: str) -> bool:
        return name in self.made and self.made[name] == stamp_of(self.workspace / name)


def stamp_of(path: Path) -> Stamp | None:
    """None: it is no file of its own. A program cannot set the time of the last change."""
    with suppress(OSError):
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
            return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return None
