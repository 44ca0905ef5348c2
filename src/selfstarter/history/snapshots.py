"""The workspace of a run, kept after each step that changed it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from selfstarter.core.events import WorkspaceSaved
from selfstarter.history.scan import Seen, scan
from selfstarter.history.store import FILE, Entry, SnapshotStore, Tree, differing

NAMED = 50
"""Paths that a snapshot names, of those that changed and of those that were left out."""


class Snapshots:
    """Raises BadSetting: the file of the snapshots cannot be used."""

    def __init__(self, workspace: Path, folder: Path, last: str = "") -> None:
        """`folder`: of the run. `last`: the tree that was kept last."""
        self.workspace = workspace
        self.store = SnapshotStore(folder / FILE)
        self.last = last if last and self.store.holds(last) else ""
        self._tree: Tree = self.store.tree(self.last) if self.last else {}
        self._seen: Mapping[str, Seen] = {}

    async def take(self) -> WorkspaceSaved:
        """Durable when it returns. Raises WorkspaceGone, BadSetting."""
        return await asyncio.to_thread(self.taken)

    def taken(self) -> WorkspaceSaved:
        with self.store.writing():
            found = scan(self.workspace, self._seen, self.store.keep)
            changed = differing(self._tree, found.tree)
            if changed or not self.last:
                self.last = self.store.keep_tree(found.tree, self.last, self._tree)
        self._tree, self._seen = found.tree, found.seen
        out = left_out(found.tree)
        return WorkspaceSaved(
            tree=self.last,
            files=len(found.tree) - len(out),
            changed=tuple(changed[:NAMED]),
            left_out=tuple(f"{path}: {why}"[:200] for path, why in out.items())[:NAMED],
        )

    def close(self) -> None:
        self.store.close()


def left_out(tree: Tree) -> dict[str, str]:
    """Path -> why it was not kept."""
    return {path: entry.digest for path, entry in tree.items() if entry.kind == "out"}


def kept(tree: Tree) -> dict[str, Entry]:
    return {path: entry for path, entry in tree.items() if entry.kind != "out"}
