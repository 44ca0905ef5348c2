"""What is kept of a workspace: all that the agent wrote, nothing that is not in the folder, and
nothing in the folder is obeyed."""

import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from history_parts import (
    DRAFT,
    FINISH,
    PLAN,
    files,
    files_in,
    go,
    go_on,
    look,
    saved_files,
    saves,
    write,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfstarter.app import look_up
from selfstarter.core.events import CallReturned, WorkspaceSaved
from selfstarter.core.ports import Recorded
from selfstarter.history.changes import changes
from selfstarter.history.past import past_in
from selfstarter.history.scan import LARGEST
from selfstarter.history.snapshots import Snapshots
from selfstarter.history.store import CHAIN, FILE, SnapshotStore
from selfstarter.replay import replay
from selfstarter.settings import Settings
from selfstarter.steering import tell

Script = Callable[..., str]
MEMORY = Path("/dev/shm")
PATHS = st.sampled_from(["a.txt", "b.txt", "d/a.txt", "d/e/f.bin", ".hidden", ".env", "ü/ñ.md"])
STEP = st.tuples(PATHS, st.none() | st.binary(max_size=40))


@pytest.fixture
def kept(workspace: Path, tmp_path: Path) -> Snapshots:
    folder = tmp_path / "run"
    folder.mkdir()
    return Snapshots(workspace, folder)


# ── the law ──────────────────────────────────────────────────────────────────────────────────


@given(steps=st.lists(STEP, max_size=CHAIN + 8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_done_to_the_files_each_snapshot_gives_them_back(
    steps: list[tuple[str, bytes | None]],
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as temporary:
        workspace, folder = Path(temporary) / "workspace", Path(temporary) / "run"
        workspace.mkdir()
        folder.mkdir()
        snapshots = Snapshots(workspace, folder)
        taken = [(snapshots.taken().tree, files(workspace))]
        for path, data in steps:
            file = workspace / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if data is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(data)
            if len(taken) == 3:  # another process goes on
                snapshots.close()
                snapshots = Snapshots(workspace, folder, taken[-1][0])
            taken.append((snapshots.taken().tree, files(workspace)))
        snapshots.close()
        store = SnapshotStore(folder / FILE)
        for tree, was in taken:
            assert files_in(store, tree) == was
        for tree, was in taken:
            for other, too in taken:
                assert (tree == other) == (was == too)
        store.close()


# ── a folder that means us ill ───────────────────────────────────────────────────────────────


def test_what_ignore_rules_and_attributes_say_is_not_asked(
    workspace: Path, kept: Snapshots
) -> None:
    (workspace / ".gitignore").write_text("*\n")
    (workspace / ".gitattributes").write_text("* text=auto eol=crlf filter=evil ident\n")
    (workspace / ".gitmodules").write_text(
        '[submodule "x"]\n\tpath = x\n\turl = ext::touch${IFS}x\n'
    )
    (workspace / "result.bin").write_bytes(b"$Id$\r\n\x00\n")
    tree = kept.taken().tree
    assert files_in(kept.store, tree) == files(workspace)


def test_the_persons_own_repository_is_neither_kept_nor_touched(
    workspace: Path, kept: Snapshots
) -> None:
    for place in (workspace / ".git", workspace / "sub" / ".git"):
        place.mkdir(parents=True)
        (place / "config").write_text("[core]\n\tfsmonitor = touch /tmp/owned\n")
    (workspace / "worktree").mkdir()
    (workspace / "worktree" / ".git").write_text("gitdir: /elsewhere\n")
    (workspace / "sub" / "a.txt").write_text("a")
    before = {path: (workspace / path).stat() for path in files(workspace)}
    tree = kept.taken().tree
    assert set(files_in(kept.store, tree)) == {"sub/a.txt"}
    after = {path: (workspace / path).stat() for path in files(workspace)}
    assert {p: (s.st_mtime_ns, s.st_ino) for p, s in before.items()} == {
        p: (s.st_mtime_ns, s.st_ino) for p, s in after.items()
    }


def test_links_are_kept_as_links_and_no_content_comes_from_outside(
    workspace: Path, tmp_path: Path, kept: Snapshots
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("a secret")
    (workspace / "file").symlink_to(outside / "secret")
    (workspace / "folder").symlink_to(outside)
    os.link(outside / "secret", workspace / "hard")
    os.mkfifo(workspace / "pipe")
    taken = kept.taken()
    found = kept.store.tree(taken.tree)
    assert {path: entry.kind for path, entry in found.items()} == {
        "file": "link", "folder": "link", "hard": "out", "pipe": "out",
    }  # fmt: skip
    assert files_in(kept.store, taken.tree)["folder"] == bytes(outside)
    assert len(taken.left_out) == 2


def test_a_folder_that_is_swapped_while_we_look_lets_nothing_in(
    workspace: Path, tmp_path: Path, kept: Snapshots
) -> None:
    outside, inside, spare = tmp_path / "outside", workspace / "d", workspace / "e"
    outside.mkdir()
    inside.mkdir()
    for n in range(20):
        (outside / f"f{n}").write_text("a secret")
        (inside / f"f{n}").write_text("mine")
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            inside.rename(spare)
            inside.symlink_to(outside)
            inside.unlink()
            spare.rename(inside)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        trees = {kept.taken().tree for _ in range(60)}
    finally:
        over.set()
        thread.join()
    for tree in trees:
        entries = kept.store.tree(tree)
        assert all(
            kept.store.blob(e.digest) == b"mine" for e in entries.values() if e.kind == "file"
        )


def test_what_is_too_large_is_left_out_and_said(workspace: Path, kept: Snapshots) -> None:
    with (workspace / "big.bin").open("wb") as big:
        big.truncate(LARGEST + 1)
    (workspace / "node_modules").mkdir()
    (workspace / "node_modules" / "x.js").write_text("x")
    (workspace / "small.txt").write_text("small")
    taken = kept.taken()
    assert set(files_in(kept.store, taken.tree)) == {"small.txt"}
    assert [line.partition(":")[0] for line in taken.left_out] == ["node_modules/", "big.bin"]
    assert taken.files == 1


def test_a_change_that_hides_its_time_is_seen(workspace: Path, kept: Snapshots) -> None:
    file = workspace / "a.txt"
    file.write_text("one")
    was = file.stat()
    first = kept.taken().tree
    file.write_text("two")
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert kept.taken().tree != first


# ── a run ────────────────────────────────────────────────────────────────────────────────────


def test_each_step_that_changed_files_is_kept_and_only_those(
    workspace: Path, home: Path, script: Script
) -> None:
    (workspace / "notes.md").write_text("mine\n")
    model = script(DRAFT, PLAN, write("a.txt", "a"), look(), write("hello.txt", "hello\n"), FINISH)
    outcome = go(workspace, home, model)
    assert outcome.ending == "done"
    kept = saves(outcome.run_id, home)
    assert [saved.changed for saved in kept] == [("notes.md",), ("a.txt",), ("hello.txt",)]
    assert not any(saved.found for saved in kept)
    assert saved_files(outcome.run_id, home, kept[0].tree) == {"notes.md": b"mine\n"}
    assert saved_files(outcome.run_id, home, kept[-1].tree) == files(workspace)
    records = look_up(outcome.run_id, Settings(home=home))[1]
    found = replay(records)
    assert found.faults == () and found.differences == ()


class PowerCut(BaseException): ...


@pytest.mark.parametrize("kind", [CallReturned, WorkspaceSaved])
def test_a_crash_before_a_step_is_kept_is_mended_when_the_run_goes_on(
    workspace: Path, home: Path, script: Script, kind: type[Any]
) -> None:
    model = script(DRAFT, PLAN, write("hello.txt", "hello\n"), FINISH)
    told: list[str] = []

    def cut(run_id: str, recorded: Recorded) -> None:
        """After the call has begun, or after it is back: before the workspace is kept."""
        told.append(run_id)
        before = "call_started" if kind is CallReturned else "call_returned"
        if recorded.event.kind == before:
            if kind is CallReturned:
                (workspace / "hello.txt").write_text("hello\n")
            raise PowerCut

    with pytest.raises(PowerCut):
        go(workspace, home, model, listener=cut)
    assert len(saves(told[0], home)) == 1
    outcome = go_on(told[0], home)
    assert outcome.ending == "done"
    kept = saves(outcome.run_id, home)
    assert [saved.changed for saved in kept] == [(), ("hello.txt",)]
    assert not kept[1].found
    assert saved_files(outcome.run_id, home, kept[-1].tree) == files(workspace)
    whole, step = (changes(outcome.run_id, Settings(home=home), which) for which in ("", "1"))
    assert [(touched.step, touched.paths) for touched in whole.steps] == [(1, ("hello.txt",))]
    assert [(file.path, file.how) for file in step.files] == [("hello.txt", "added")]
    past = past_in(Settings(home=home), outcome.run_id)
    assert past.tree_at(past.place("1")) == kept[1].tree


def test_what_a_person_changed_in_a_pause_is_told_apart(
    workspace: Path, home: Path, script: Script
) -> None:
    model = script(DRAFT, PLAN, write("hello.txt", "hello\n"), look(), FINISH)

    def pause(run_id: str, recorded: Recorded) -> None:
        if recorded.event.kind == "workspace_saved" and recorded.seq > 2:
            tell(run_id, "pause", "", Settings(home=home))

    paused = go(workspace, home, model, listener=pause)
    assert paused.ending is None
    (workspace / "mine.txt").write_text("mine")
    outcome = go_on(paused.run_id, home)
    assert outcome.ending == "done"
    assert [(saved.changed, saved.found) for saved in saves(outcome.run_id, home)] == [
        ((), False), (("hello.txt",), False), (("mine.txt",), True),
    ]  # fmt: skip


def test_no_program_is_started_to_keep_a_workspace(workspace: Path, kept: Snapshots) -> None:
    started: list[str] = []

    def hear(event: str, _: tuple[Any, ...]) -> None:
        if event in ("subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.system"):
            started.append(event)

    sys.addaudithook(hear)
    (workspace / "a.txt").write_text("a")
    kept.taken()
    assert started == []
