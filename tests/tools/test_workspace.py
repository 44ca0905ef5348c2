"""Cases X01, X02, X13-X19 and X35 of the attack list, and the port's contract."""

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from selfstarter.core.errors import ToolFailed
from selfstarter.tools.files import write_file_in
from selfstarter.tools.watched import WatchedFiles
from selfstarter.tools.workspace import LOOK, Workspace, open_at_once, open_stepwise

SECRET = b"the secret of the machine\n"
OURS = ("", hashlib.sha256(b"ours").hexdigest(), hashlib.sha256(b"").hexdigest())


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "ws-evil"
    folder.mkdir()
    (folder / "secret").write_bytes(SECRET)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    folder.mkdir()
    return folder


@pytest.fixture
def files(root: Path) -> Workspace:
    return Workspace(root)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


ESCAPES = [
    ("../ws-evil/secret", "does not go up"),
    ("../../x.py", "does not go up"),
    ("a/../../x", "does not go up"),
    ("a/../b", "does not go up"),
    ("/etc/passwd", "never absolute"),
    ("//etc/passwd", "never absolute"),
    ("~/x", "never absolute"),
    ("~root/x", "never absolute"),
    ("C:/x", "never absolute"),
    ("a\0b", "printable"),
    ("..\\x", "backslashes"),
    ("a\\..\\..\\x", "backslashes"),
    ("a\nb", "printable"),
    ("a\ud800", "printable"),
    ("", "1 to 1024"),
    ("x" * 2000, "1 to 1024"),
    ("é" * 200, "255 bytes"),
]


@pytest.mark.parametrize(("path", "rule"), ESCAPES)
@pytest.mark.case("X01", "X13")
def test_a_path_that_leaves_is_refused_and_the_rule_is_named(
    tmp_path: Path, files: Workspace, outside: Path, path: str, rule: str
) -> None:
    before = tree(tmp_path)
    with pytest.raises(ToolFailed, match=rule) as reading:
        files.read(path)
    with pytest.raises(ToolFailed, match=rule):
        files.write(path, b"x")
    assert reading.value.failure == "denied"
    assert files.digest(path) == ""
    assert tree(tmp_path) == before


@pytest.mark.parametrize("opener", [open_at_once, open_stepwise])
@pytest.mark.case("X14")
def test_neither_way_of_opening_follows_a_link(
    root: Path, outside: Path, opener: Callable[[Path, list[str], int], int]
) -> None:
    if opener is open_at_once and sys.platform != "linux":
        pytest.skip("openat2 is a call of Linux")
    (root / "file").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    (root / "process").symlink_to("/proc/self/root")
    (root / "plain").mkdir()
    (root / "plain" / "a").write_text("ours")
    (root / "plain" / "up").symlink_to("../file")
    for names in (["file"], ["folder", "secret"], ["process", "etc", "passwd"], ["plain", "up"]):
        with pytest.raises(OSError):
            os.close(opener(root, names, LOOK))
    fd = opener(root, ["plain", "a"], LOOK)
    assert os.read(fd, 10) == b"ours"
    os.close(fd)


@pytest.mark.case("X14")
def test_links_are_refused_in_words_and_nothing_outside_changes(
    files: Workspace, root: Path, outside: Path
) -> None:
    (root / "file").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    (root / "dangling").symlink_to(outside / "new")
    for path in ("file", "folder/secret", "folder", "dangling"):
        with pytest.raises(ToolFailed) as reading:
            files.read(path)
        assert reading.value.failure == "denied"
    for path in ("file", "folder/secret", "folder/made/x", "folder", "dangling"):
        with pytest.raises(ToolFailed):
            files.write(path, b"changed")
    assert tree(outside) == {"secret": SECRET}
    assert files.names() == []
    assert files.digest("file") == ""


SWAPPING = """
    import os, shutil, sys
    from pathlib import Path
    root, outside = Path(sys.argv[1]), Path(sys.argv[2])
    def clear(path):
        try:
            path.unlink(missing_ok=True)
        except IsADirectoryError:
            shutil.rmtree(path, ignore_errors=True)
    spare = root.parent / "spare"
    spare.mkdir()
    print("begun", flush=True)
    while True:
        try:
            (spare / "d").mkdir(exist_ok=True)
            (spare / "d" / "secret").write_bytes(b"ours")
            (spare / "f").write_bytes(b"ours")
            os.symlink(outside, spare / "d-link")
            os.symlink(outside / "secret", spare / "f-link")
            for name in ("d", "f"):
                os.replace(spare / name, root / name)
                clear(root / name)
                os.replace(spare / f"{name}-link", root / name)
                clear(root / name)
        except OSError:  # the harness has just made something of that name
            for path in (*spare.iterdir(), root / "d", root / "f"):
                clear(path)
"""
"""As a program in the sandbox would: now the agent's own file and folder, now a link."""


@pytest.mark.parametrize("stepwise", [False, True])
@pytest.mark.case("X15")
def test_a_link_swapped_in_under_way_lets_no_byte_across(
    files: Workspace,
    root: Path,
    outside: Path,
    stepwise: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if stepwise:  # as on a kernel without the call
        monkeypatch.setattr("selfstarter.tools.workspace.OPENAT2", 100_000)
    seen, wrote, refused, until = set[bytes](), 0, 0, time.monotonic() + 2
    argv = [sys.executable, "-c", textwrap.dedent(SWAPPING), str(root), str(outside)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as swapping:
        assert swapping.stdout and swapping.stdout.readline() == b"begun\n"
        # On a busy machine the other side may not have had its turn yet: wait for it.
        while (now := time.monotonic()) < until or (
            now < until + 20 and not (b"ours" in seen and wrote and refused)
        ):
            for path in ("d/secret", "f"):
                try:
                    seen.add(files.read(path))
                    seen.add(b"ours" if files.digest(path) in OURS else b"theirs")
                except ToolFailed as failed:
                    refused += failed.failure == "denied"
                try:
                    files.write(path, b"ours")
                    wrote += 1
                except ToolFailed as failed:
                    refused += failed.failure == "denied"
        assert swapping.poll() is None
        swapping.kill()
    assert seen <= {b"ours", b""}, "bytes of a file outside were read"
    assert b"ours" in seen and wrote and refused, "the race was never entered"
    assert tree(outside) == {"secret": SECRET}


@pytest.mark.case("X16")
def test_a_hard_link_is_not_read_and_a_write_leaves_the_other_name_alone(
    files: Workspace, root: Path, outside: Path
) -> None:
    os.link(outside / "secret", root / "mine")
    with pytest.raises(ToolFailed, match="hard link"):
        files.read("mine")
    assert files.names() == []
    assert files.digest("mine") == ""
    files.write("mine", b"changed")
    assert tree(outside) == {"secret": SECRET}
    assert files.read("mine") == b"changed"


@pytest.mark.case("X17")
def test_a_fifo_or_a_device_is_an_error_at_once(files: Workspace, root: Path) -> None:
    os.mkfifo(root / "fifo")
    odd = ["fifo"]
    if os.geteuid() == 0:
        try:
            os.mknod(root / "zero", 0o20666, os.makedev(1, 5))
            odd.append("zero")
        except PermissionError:
            pass
    began = time.monotonic()
    for path in odd:
        with pytest.raises(ToolFailed):
            files.read(path)
        with pytest.raises(ToolFailed):
            files.write(path, b"x")
        assert files.digest(path) == ""
    assert files.names() == []
    assert time.monotonic() - began < 10, "an open that blocks, blocks for ever"


@pytest.mark.case("X18")
def test_reading_and_listing_stop_at_their_limits(files: Workspace, root: Path) -> None:
    with (root / "sparse").open("wb") as sparse:
        sparse.truncate(1 << 40)
    assert len(files.read("sparse", 1000)) == 1000
    assert len(files.read("sparse")) == 2 << 20
    began = time.monotonic()
    assert files.digest("sparse")
    assert time.monotonic() - began < 20, "it read the whole terabyte"
    for n in range(300):
        (root / f"n{n:03}").write_bytes(b"")
    assert len(files.names(200)) == 200
    with pytest.raises(ToolFailed) as writing:
        files.write("much", b"x" * ((5 << 20) + 1))
    assert writing.value.failure == "oversize"


@pytest.mark.case("X18")
def test_the_digest_of_a_very_long_file_sees_a_change_at_its_end(
    files: Workspace, root: Path
) -> None:
    with (root / "long").open("wb") as long:
        long.truncate(100 << 20)
    first = files.digest("long")
    with (root / "long").open("ab") as long:
        long.write(b"more")
    assert files.digest("long") not in (first, "")


CRASHING = """
    import os, sys
    from pathlib import Path
    from selfstarter.tools.workspace import Workspace
    files, n = Workspace(Path(sys.argv[1])), 0
    print("begun", flush=True)
    while True:
        n += 1
        files.write("file", bytes([97 + n % 26]) * 3_000_000)
"""


@pytest.mark.parametrize("after_s", [0.0, 0.003, 0.011, 0.017, 0.023, 0.05, 0.07])
@pytest.mark.case("X19")
def test_a_crash_during_a_write_leaves_a_whole_file(
    files: Workspace, root: Path, after_s: float
) -> None:
    files.write("file", b"old" * 1_000_000)
    argv = [sys.executable, "-c", textwrap.dedent(CRASHING), str(root)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as child:
        assert child.stdout and child.stdout.readline() == b"begun\n"
        time.sleep(after_s)
        child.send_signal(signal.SIGKILL)
    data = files.read("file", 9 << 20)
    assert len(data) == 3_000_000
    assert data == b"old" * 1_000_000 or len(set(data)) == 1
    assert files.names() == ["file"], "what a crash left over is not shown"


@pytest.mark.parametrize(
    "path",
    [
        ".git/hooks/pre-commit",
        ".git/config",
        "sub/.git/config",
        ".GIT/config",
        ".git /config",
        ".gi\u200ct/config",
        ".vscode/tasks.json",
        ".devcontainer/devcontainer.json",
        ".github/workflows/x.yml",
        ".mcp.json",
        ".env",
        ".envrc",
        "sitecustomize.py",
        "tests/conftest.py",
        "Dockerfile",
        "docker-compose.yml",
    ],
)
@pytest.mark.case("X02", "X35")
def test_names_that_other_programs_obey_are_not_written(
    files: Workspace, root: Path, path: str
) -> None:
    with pytest.raises(ToolFailed, match="protected name") as writing:
        files.write(path, b"x")
    assert writing.value.failure == "denied"
    assert list(root.iterdir()) == []


@pytest.mark.case("X02", "X35")
def test_what_tests_obey_is_changed_where_it_is_there_as_they_are(
    files: Workspace, root: Path
) -> None:
    for folder in ("tests", ".github", "other"):
        (root / folder).mkdir()
        (root / folder / "conftest.py").write_text("x")
    (root / "conftest.py").write_text("x")
    (root / "other" / "conftest.py").unlink()
    (root / "other" / "conftest.py").symlink_to(root / "conftest.py")
    files.write("tests/conftest.py", b"y")
    for path in ("conftest.py", "other/conftest.py", ".github/conftest.py", "new/conftest.py"):
        with pytest.raises(ToolFailed, match="protected name"):
            files.write(path, b"y")
    assert (root / "tests" / "conftest.py").read_text() == "y"
    assert (root / "conftest.py").read_text() == "x"


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ("tests/conftest.py", "Fixtures may stand in the test file"),
        ("Conftest.py", "Fixtures may stand in the test file"),
        ("Dockerfile", "Write it under another name"),
    ],
)
def test_of_a_name_that_may_not_be_it_is_said_what_works(
    files: Workspace, path: str, instead: str
) -> None:
    with pytest.raises(ToolFailed) as refused:
        files.write(path, b"x")
    assert refused.value.next_action.startswith(instead)
    assert path.rpartition("/")[2].lower() in write_file_in(WatchedFiles(files, {})).does.lower()


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/workspace/a.csv", "a.csv"),
        ("/home/user/project/data/b.csv", "data/b.csv"),
        ("~/data/b.csv", "data/b.csv"),
        ("/data", "data"),
        ("/a.csv", "a.csv"),
        ("/workspace/new/c.csv", "new/c.csv"),
        ("{root}/new/c.csv", "new/c.csv"),
        ("/workspace/", ""),
        ("/workspace/../a.csv", ""),
        ("/workspace/a.csv\0", ""),
        ("/tmp/c.csv", ""),
        ("/x/link", ""),
    ],
)
@pytest.mark.case("X01")
def test_an_absolute_path_is_refused_with_the_one_that_is_meant(
    files: Workspace, root: Path, path: str, meant: str
) -> None:
    (root / "data").mkdir()
    (root / "data/b.csv").write_text("b")
    (root / "a.csv").write_text("a")
    (root / "link").symlink_to("a.csv")
    wanted = path.format(root=root)
    for call in (lambda: files.read(wanted), lambda: files.write(wanted, b"x")):
        with pytest.raises(ToolFailed, match="Refused") as refusal:
            call()
        assert refusal.value.failure == "denied"
        offered = refusal.value.next_action
        assert offered == (f"Did you mean {meant!r}?" if meant else offered)
        assert offered.startswith("Did you" if meant else "Give a path")
    assert sorted(p.name for p in root.iterdir()) == ["a.csv", "data", "link"]


def test_a_write_makes_folders_keeps_the_mode_and_leaves_nothing_behind(
    files: Workspace, root: Path
) -> None:
    files.write("a/b/c.sh", b"one")
    (root / "a/b/c.sh").chmod(0o755)
    files.write("./a//b/c.sh", b"two")
    assert files.read("a/b/c.sh") == b"two"
    assert (root / "a/b/c.sh").stat().st_mode & 0o777 == 0o755
    assert [p.name for p in root.rglob("*")] == ["a", "b", "c.sh"]


def test_a_write_that_cannot_be_leaves_nothing_behind(files: Workspace, root: Path) -> None:
    (root / "folder").mkdir()
    (root / "file").write_bytes(b"x")
    for path in ("folder", "file/x", ".", "file/x/y"):
        with pytest.raises(ToolFailed):
            files.write(path, b"x")
    assert sorted(p.name for p in root.rglob("*")) == ["file", "folder"]


def test_root_gives_what_it_makes_to_the_owner_of_the_folder(files: Workspace, root: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes files for somebody else")
    os.chown(root, 12345, 12345)
    files.write("made/file", b"x")
    assert {p.stat().st_uid for p in root.rglob("*")} == {12345}


def test_names_are_sorted_without_hidden_and_vendored_folders(files: Workspace, root: Path) -> None:
    for path in ("b.txt", "a/z.py", "a-b.txt", ".hidden/x", "node_modules/m/x.js", ".gitignore"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"12")
    for path in ("a/__pycache__/z.pyc", ".venv/lib/x.py"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")
    (root / os.fsdecode(b"bad\xff")).write_bytes(b"")
    assert files.names() == [".gitignore", "a-b.txt", "a/z.py", "b.txt"]
    assert list(files.stamps()) == files.names()
    assert files.stamps()["b.txt"] == (2, (root / "b.txt").stat().st_mtime_ns)


def test_the_digest_is_sha256_and_empty_for_a_missing_file(files: Workspace) -> None:
    files.write("a", b"data")
    assert files.digest("a") == hashlib.sha256(b"data").hexdigest()
    assert files.digest("b") == ""


def test_whatever_is_not_a_file_of_ones_own_as_it_was_is_told(
    files: Workspace, root: Path, tmp_path: Path
) -> None:
    assert not files.others({})
    files.write("made/a", b"data")
    own = {"made/a": files.digest("made/a"), "gone": "", "removed": "12ab"}
    assert not files.others(own) and files.others({})
    (tmp_path / "secret").write_bytes(b"data")
    others: dict[str, Callable[[Path], object]] = {
        ".x": lambda path: path.write_bytes(b""),
        ".git": lambda path: path.mkdir(),
        "link": lambda path: path.symlink_to(tmp_path / "secret"),
        "folder": lambda path: path.symlink_to(tmp_path),
        "hard": lambda path: path.hardlink_to(tmp_path / "secret"),
        "gone": lambda path: path.write_bytes(b"x"),
        "fifo": os.mkfifo,
        os.fsdecode(b"bad\xff"): lambda path: path.write_bytes(b""),
    }
    for name, put in others.items():
        put(root / name)
        assert files.others(own), name
        (root / name).rmdir() if name == ".git" else (root / name).unlink()
    assert not files.others(own)
    (root / "made/a").write_bytes(b"else")
    assert files.others(own)


def test_a_missing_file_and_a_folder_are_said_in_words(files: Workspace, root: Path) -> None:
    (root / "folder").mkdir()
    with pytest.raises(ToolFailed, match="There is no file 'x'"):
        files.read("x")
    with pytest.raises(ToolFailed, match="folder is a folder"):
        files.read("folder")
