"""Files that were moved: what is gone at one path lies, as it was, at another."""

from collections.abc import Hashable, Mapping
from posixpath import basename
from typing import TypeVar

Content = TypeVar("Content", bound=Hashable)


def moved(gone: Mapping[str, Content], new: Mapping[str, Content]) -> dict[str, str]:
    """New path -> where it lay before; given with what lay or lies at each. Of several with one
    content, those that keep their name belong together first."""
    left: dict[Content, list[str]] = {}
    for path, content in sorted(gone.items()):
        left.setdefault(content, []).append(path)
    found: dict[str, str] = {}
    for keeps_name in (True, False):
        for path, content in sorted(new.items()):
            same = left.get(content, [])
            old = next((o for o in same if not keeps_name or basename(o) == basename(path)), "")
            if old and path not in found:
                found[path] = old
                same.remove(old)
    return found
