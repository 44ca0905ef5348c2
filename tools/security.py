"""The attack list of docs/security.md, case by case: `python tools/security.py [CASE…]`.

`--mutants [CASE…]` takes guards out instead, see tools/mutants.py.

A case passes when every test marked `@pytest.mark.case("X07")` passed; a case without a test has
failed. Started by root, all of it runs a second time as an ordinary user: in a mount namespace
where root's home is empty but for our Python and this clone, so that the user can read both.
Last line: `security passed=N skipped=N failed=N of 54`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOBODY = 65534
LIMIT_S = 1800
KEEP_ON = "--continue-on-collection-errors"

CASES = {
    "X01": "a name that leads out of the workspace",
    "X02": "files that would run with more rights than the agent has",
    "X03": "control sequences that forge the terminal",
    "X04": "commands dressed up as harmless",
    "X05": "addresses that two parsers read differently",
    "X06": "IPv6 and mapped private addresses",
    "X07": "a name that resolves to another address later",
    "X08": "credentials that follow a redirect",
    "X09": "private addresses in disguise",
    "X10": "schemes other than http",
    "X11": "redirects into the private network",
    "X12": "endless and exploding bodies",
    "X13": "a folder whose name begins like the workspace's",
    "X14": "links out of the workspace",
    "X15": "a link swapped in under way",
    "X16": "hard links to files outside",
    "X17": "FIFOs and devices where a file should be",
    "X18": "files and folders without end",
    "X19": "a crash during a write",
    "X20": "secrets of the host read by code",
    "X21": "secrets in the environment",
    "X22": "a way out to the network",
    "X23": "a fork bomb",
    "X24": "a memory bomb",
    "X25": "filling /tmp and /dev/shm",
    "X26": "code that does not end",
    "X27": "a process that wants to survive",
    "X28": "a flood of output",
    "X29": "reaching into other processes",
    "X30": "looking at other processes",
    "X31": "the kernel's surface",
    "X32": "a root agent's /proc/sys",
    "X33": "metadata of files outside",
    "X34": "typing into the user's terminal",
    "X35": "files planted for the host to run",
    "X36": "settings read from the workspace",
    "X37": "a tool server exchanged after approval",
    "X38": "sandboxes inside our own process",
    "X39": "a forged result",
    "X40": "a server's tool with a built-in's name",
    "X41": "a poisoned tool description",
    "X42": "tools that change after admission",
    "X43": "a tool server that floods or hangs",
    "X44": "rights of a tool server",
    "X45": "our own port, called by a web page",
    "X46": "data carried out in an address",
    "X47": "a recipient that a page named",
    "X48": "a tool that a page asked for",
    "X49": "approvals that show less than is done",
    "X50": "memory made from a page",
    "X51": "secrets in logs",
    "X52": "a disabled tool, called all the same",
    "X53": "no sandbox on this machine",
    "X54": "loops that spend without end",
}
NOT_YET: dict[str, str] = {}
"""Cases whose subject is not built, so that there is nothing to attack."""


@dataclass
class Seen:
    """What the tests of one case came to, as one user."""

    passed: int = 0
    failed: list[str] = field(default_factory=list[str])
    skipped: list[str] = field(default_factory=list[str])


class Matrix:
    """The part of pytest that keeps what each case came to."""

    def __init__(self, wanted: set[str]) -> None:
        self.wanted = wanted
        self.cases_of: dict[str, list[str]] = {}
        self.seen: dict[str, Seen] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            marked = [str(name) for mark in item.iter_markers("case") for name in mark.args]
            unknown = set(marked) - set(CASES)
            if unknown:
                raise pytest.UsageError(f"{item.nodeid}: there is no case {unknown}")
            self.cases_of[item.nodeid] = marked
        items[:] = [item for item in items if self.wanted & set(self.cases_of[item.nodeid])]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read fails the cases that it speaks of, and no others."""
        file = ROOT / report.nodeid
        if report.failed and file.is_file():
            for case in self.wanted & set(re.findall(r"X\d\d", file.read_text("utf-8"))):
                self.seen.setdefault(case, Seen()).failed.append(f"{report.nodeid}: not collected")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for case in self.cases_of.get(report.nodeid, ()):
            seen = self.seen.setdefault(case, Seen())
            if report.failed:
                seen.failed.append(report.nodeid)
            elif report.skipped:
                seen.skipped.append(reason(report))
            elif report.when == "call":
                seen.passed += 1


def reason(report: pytest.TestReport) -> str:
    said = report.longrepr
    return said[2].removeprefix("Skipped: ") if isinstance(said, tuple) else str(said)


def main(argv: list[str]) -> int:
    if argv[:1] == ["--mutants"]:
        return subprocess.call([sys.executable, str(ROOT / "tools" / "mutants.py"), *argv[1:]])
    if argv[:1] == ["--into"]:
        return as_that_user(Path(argv[1]), set(argv[2:]))
    wanted = set(argv) or set(CASES)
    if wanted - set(CASES):
        print(f"there is no case {' '.join(sorted(wanted - set(CASES)))}", file=sys.stderr)
        return 2
    me = "root" if os.geteuid() == 0 else "user"
    by_user = {me: tested(wanted)}
    if me == "user":
        print("as root: not run, for an ordinary user started this")
    elif cannot := cannot_become_user():
        print(f"as an ordinary user: not run, for root could not become one here: {cannot}")
    else:
        by_user["user"] = tested_as_user(wanted)
    print()
    ended = Counter(told(case, by_user) for case in CASES if case in wanted)
    print(
        f"security passed={ended['passed']} skipped={ended['skipped']}"
        f" failed={ended['failed']} of {len(wanted)}"
    )
    return 1 if ended["failed"] else 0


def told(case: str, by_user: dict[str, dict[str, Seen]]) -> str:
    """Print the case's line; passed, skipped or failed."""
    seen = {who: cases[case] for who, cases in by_user.items() if case in cases}
    wrong = [f"{who}: {name}" for who, one in seen.items() for name in one.failed]
    wrong += [f"{who}: no test" for who in by_user if who not in seen and case not in NOT_YET]
    if seen and case in NOT_YET:
        wrong.append("it has tests now: take it out of NOT_YET")
    why = sorted({text for one in seen.values() for text in one.skipped})
    if wrong:
        ended, detail = "failed", "; ".join(wrong)
    elif any(one.passed for one in seen.values()):
        counts = ", ".join(f"{who} {one.passed}" for who, one in seen.items())
        ended = "passed"
        detail = f"{CASES[case]} ({'; '.join([counts, *(f'not run: {w}' for w in why)])})"
    else:
        ended = "skipped"
        detail = "; ".join([CASES[case], *why, *filter(None, [NOT_YET.get(case)])])
    print(f"{case} {ended:7} {detail}")
    return ended


def tested(wanted: set[str], *options: str, folder: str = "tests") -> dict[str, Seen]:
    matrix = Matrix(wanted)
    place = ROOT / folder
    files = [place] if place.is_file() else sorted(place.rglob("test_*.py"))
    marked = [str(file) for file in files if "mark.case(" in file.read_text("utf-8")]
    pytest.main(
        ["-q", "-m", "case", "-o", "addopts=--strict-markers", *options, KEEP_ON, *marked],
        plugins=[matrix],
    )
    return matrix.seen


# ── as an ordinary user ──────────────────────────────────────────────────────────────────────


def cannot_become_user() -> str:
    """Why not; empty when it works."""
    try:
        ran = as_user([sys.executable, "-c", "import pytest, selfstarter"], Path("/tmp"))
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if ran.returncode == 0 else ran.stderr.decode(errors="replace").strip()[-300:]


def tested_as_user(wanted: set[str]) -> dict[str, Seen]:
    print(f"\nas an ordinary user (uid {NOBODY}):", flush=True)
    with tempfile.TemporaryDirectory(prefix="security-") as folder:
        home = Path(folder)
        os.chown(home, NOBODY, NOBODY)
        into = home / "seen.json"
        own = [sys.executable, "-B", str(Path(__file__).resolve()), "--into", str(into)]
        as_user([*own, *sorted(wanted)], home, show=True)
        if not into.exists():
            return {}
        return {case: Seen(**seen) for case, seen in json.loads(into.read_text("utf-8")).items()}


def as_user(argv: list[str], home: Path, show: bool = False) -> subprocess.CompletedProcess[bytes]:
    output = None if show else subprocess.PIPE
    return subprocess.run(
        [*become_user(home), *argv], stdout=output, stderr=output,
        cwd=ROOT, env=bare_environment(home), timeout=LIMIT_S, check=False,
    )  # fmt: skip


def as_that_user(into: Path, wanted: set[str]) -> int:
    assert os.geteuid() != 0
    seen = tested(wanted, "-p", "no:cacheprovider", f"--basetemp={into.parent / 'tests'}")
    into.write_text(json.dumps({case: vars(one) for case, one in seen.items()}), "utf-8")
    return 0


def become_user(home: Path) -> list[str]:
    """A command line's beginning: the machine as it is, our own files readable, uid 65534.

    No user namespace: the program is an ordinary user of this machine, and may make its own.
    """
    words = [shutil.which("bwrap") or "bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev"]
    needed = [ROOT, Path(sys.prefix), Path(sys.base_prefix)]
    closed = {path: closed_parent(path) for path in needed}
    for empty in sorted({place for place in closed.values() if place}):
        words += ["--perms", "0755", "--tmpfs", str(empty)]
    for path, empty in closed.items():
        for above in reversed(path.parents):
            if empty and empty in above.parents:
                words += ["--perms", "0755", "--dir", str(above)]
        words += ["--ro-bind", str(path), str(path)]
    words += ["--bind", str(home), str(home), "--chdir", str(ROOT), "--cap-add", "ALL", "--"]
    user = str(NOBODY)
    return [*words, "setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--"]


def closed_parent(path: Path) -> Path | None:
    """The topmost folder above `path` that others may not enter."""
    above = [place for place in reversed(path.parents) if not place.stat().st_mode & 0o001]
    return above[0] if above else None


def bare_environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TERM")}
    return {**kept, "HOME": str(home), "USER": "nobody", "PYTHONDONTWRITEBYTECODE": "1"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
