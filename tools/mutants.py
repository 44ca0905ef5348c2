"""Take a guard out, and see its case fail: `python tools/mutants.py [CASE…]`.

Each mutant is a copy of src/ in which lines are replaced; the tests of its case run on the copy.
A guard whose absence no test notices is a guard that may go missing unnoticed.
`refused`: the probe does not take such a sandbox, so that its tests are skipped.
Last line: `mutants killed=N survived=N of N`, where those refused count as killed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SANDBOX, TOOLS, HOSTILE = "tests/sandbox", "tests/tools", "tests/test_hostile_workspace.py"
LIMIT_S = 300
SURVIVED, KILLED, REFUSED = "SURVIVED", "killed", "refused"
ENDS = {0: SURVIVED, 1: KILLED, 3: REFUSED}


@dataclass(frozen=True, slots=True)
class Mutant:
    case: str
    guard: str
    tests: str
    file: str
    """Below src/selfstarter."""
    swaps: tuple[tuple[str, str], ...]
    """(text, what stands in its place); each text occurs exactly once."""


def sandbox(case: str, guard: str, file: str, *swaps: tuple[str, str]) -> Mutant:
    return Mutant(case, guard, SANDBOX, f"sandbox/{file}.py", swaps)


def files(case: str, guard: str, *swaps: tuple[str, str]) -> Mutant:
    return Mutant(case, guard, TOOLS, "tools/workspace.py", swaps)


MUTANTS = (
    files("X01", "a path does not go up", ('if ".." in names:', "if False:")),
    files("X01", "a path is relative", ('if path.startswith(("/", "~"))', "if False")),
    files("X02", "protected names", ("refuse_protected(path, obeyed)\n        if len", "if len")),
    Mutant("X02", "our own data never in the workspace", HOSTILE, "app.py",
           (("if ours.resolve().is_relative_to(folder):", "if False:"),)),
    sandbox("X02", "our own code is read-only", "bubblewrap",
            ('within = [*(path for path in ours - outside), str(HERE.parent)]', "within = []")),
    files("X14", "no link is followed, in one call",
          ("BENEATH_WITHOUT_LINKS = 0x08 | 0x04 | 0x02", "BENEATH_WITHOUT_LINKS = 0")),
    files("X14", "no link is followed, step by step",
          ("below = os.open(name, ENTER, dir_fd=fd)\n        finally",
           "below = os.open(name, os.O_RDONLY, dir_fd=fd)\n        finally")),
    files("X16", "hard links", ("if found.st_nlink > 1:", "if False:")),
    files("X17", "regular files only", ("if not stat.S_ISREG(found.st_mode):", "if False:")),
    files("X18", "a write has a limit", ("if len(data) > MAX_WRITE:", "if False:")),
    files("X19", "a new file, then its name", ("temporary = f\"", "temporary = name or f\""),
          ("os.O_CREAT | os.O_EXCL", "os.O_CREAT | os.O_TRUNC")),
    sandbox("X18", "the workspace grows no further", "watch",
            ("if size > most:", "if False:")),
    sandbox("X18", "files are counted", "watch",
            ("if files > limits.growth_files:", "if False:")),
    sandbox("X18", "unlinked files count", "watch",
            ("size += unlinked(seen, self.workspace.stat().st_dev)", "")),
    sandbox("X18", "one file has a limit", "bubblewrap",
            (', "FSIZE": limits.file_mb << 20', "")),
    sandbox("X20", "/etc is shown file by file", "bubblewrap",
            ('"/etc/mime.types"', '"/etc"')),
    sandbox("X20", "root's files below /proc", "bubblewrap",
            ('hidden = [f"/proc/{name}" for name in ROOT_ONLY', 'hidden = [name for name in ""')),
    sandbox("X20", "a /root and a /home of its own", "bubblewrap",
            ('SYSTEM = ("/usr",', 'SYSTEM = ("/root", "/home", "/var", "/usr",')),
    sandbox("X21", "no variable comes in", "bubblewrap", ('"--clearenv", ', ""),
            ('"HOME": "/tmp",', '"HOME": "/tmp", **os.environ,')),
    sandbox("X22", "a network of its own", "bubblewrap",
            ('(() if network else ("--unshare-net",))', "()")),
    sandbox("X22", "families of sockets", "seccomp",
            ("FAMILIES = (1, 2, 10, 16)", "FAMILIES = (1, 2, 10, 16, 40)")),
    sandbox("X23", "processes are counted", "watch",
            ("if len(seen) > limits.processes + 2:", "if False:"),
            ("if memory > limits.memory_mb:", "if False:")),
    sandbox("X24", "memory of all together", "watch",
            ("if memory > limits.memory_mb:", "if False:")),
    sandbox("X24", "memory of one", "bubblewrap", ('"DATA": limits.memory_mb << 20, ', "")),
    sandbox("X24", "no memory without a process", "seccomp",
            ("for table, answer in ((DENIED, EPERM), (ABSENT, ENOSYS)):",
             "for table, answer in ((DENIED, EPERM),):")),
    sandbox("X25", "a private /tmp has an end", "bubblewrap",
            ('"--size", str(megabytes << 20), ', "")),
    sandbox("X25", "empty files are counted", "watch",
            ("> limits.tmp_files:", "> 10**9:")),
    sandbox("X26", "a cell is interrupted first", "cells",
            ("                interrupt(process.pid)\n", "")),
    sandbox("X27", "a namespace of processes", "bubblewrap", ('"--unshare-pid", ', "")),
    sandbox("X28", "a flood of a program ends it", "supervise",
            ("if output.flooded:", "if False:")),
    sandbox("X28", "a flood of a cell ends it", "cells",
            ("if output.flooded:", "if False:")),
    sandbox("X28", "the middle is not kept", "output",
            ("if len(self.tail) > 4 * self.half:", "if False:")),
    sandbox("X29", "a namespace of processes", "bubblewrap", ('"--unshare-pid", ', "")),
    sandbox("X30", "a /proc of its own", "bubblewrap",
            ('("--proc", "/proc")', '("--ro-bind", "/proc", "/proc")')),
    sandbox("X31", "denied calls", "seccomp",
            ("for table, answer in ((DENIED, EPERM), (ABSENT, ENOSYS)):",
             "for table, answer in ((ABSENT, ENOSYS),):")),
    sandbox("X31", "no new namespaces", "seccomp",
            ("steps += asked(ASKED[\"clone\"][column], ARG0_AT, namespaces)", "")),
    sandbox("X31", "no calls that we do not know", "seccomp",
            ("step(AT_LEAST, YOUNGEST + 1, no=1)", "step(AT_LEAST, 0xFFFFFFFF, no=1)")),
    sandbox("X32", "/proc/sys is read-only", "bubblewrap",
            ('made.append(bind("/proc/sys"))', "pass")),
    sandbox("X33", "what may be read is a read-only mount", "bubblewrap",
            ("found = [bind(path) for path in read", "found = [bind(path, writable=True) for path"
             " in read")),
    sandbox("X34", "no typing", "seccomp",
            ("steps += asked(ASKED[\"ioctl\"][column], ARG1_AT, terminal)", "")),
    sandbox("X35", "names that the host obeys", "bubblewrap",
            ("[*map(Path, self.own_names.given()),", "[")),
    sandbox("X35", "a name is a program's only as it left it", "own_names",
            ("self.made[name] == stamp_of(self.workspace / name)", "True")),
    sandbox("X35", "a worktree's pointer", "repositories",
            ("return [repository]\n                with", "return []\n                with")),
    sandbox("X35", "hooks that were missing", "repositories",
            ('os.mkdir("hooks", 0o755, dir_fd=at)', "raise FileExistsError")),
    sandbox("X35", "no other place for hooks and settings", "repositories",
            ('"hooks", "commondir", "gitdir")', '"hooks", "gitdir")')),
    sandbox("X35", "repositories in folders", "repositories",
            ("return list(islice(repositories(self.workspace), MOST))", "return []")),
    sandbox("X35", "no bubblewrap out of the workspace", "probe",
            ("theirs = [folder.resolve() for folder in (Path.cwd(), workspace) if folder]",
             "theirs = [Path('/nowhere')]")),
    Mutant("X35", "the model's child imports nothing from the workspace", HOSTILE,
           "models/local.py", (('"-P", "-m"', '"-m"'),)),
    Mutant("X36", "settings lie in the person's own folder", HOSTILE, "settings.py",
           (("file or config_file())", 'file or Path("config.toml"))'),)),
    Mutant("X36", "a project's file can only narrow", "tests/test_settings.py", "settings.py",
           (("        if key not in NARROWS:", "        if False:"),)),
    Mutant("X38", "an error's line is cut", HOSTILE, "core/traces.py",
           (("return said[:LONGEST_LINE]", "return said"),)),
    Mutant("X38", "deep files are an answer", HOSTILE, "proofs/content.py",
           (("except (RecursionError, MemoryError):", "except ZeroDivisionError:"),)),
    sandbox("X39", "a nonce for each cell", "cells",
            ("nonce = secrets.token_hex(16)", 'nonce = "0" * 32')),
    sandbox("X39", "the guards' pipe is not inherited", "inner",
            ("os.set_inheritable(ready, False)", "pass")),
    sandbox("X53", "a sandbox that closes nothing is not taken", "probe",
            ('what for what, so in wrong.items() if so', 'what for what, so in [] if so')),
    sandbox("X53", "not closed in means not run", "supervise",
            ("if not closed_in and not stopped:", "if False:")),
    Mutant("X03", "unseen characters are written out", "tests/cli/test_printing.py",
           "core/cleaning.py", (("    if ANY.search(text):", "    if False:"),)),
    Mutant("X07", "one address that is not public refuses all", "tests/web/test_guard.py",
           "web/guard.py", (("if ip is None or not public(ip):", "if ip is None:"),)),
    Mutant("X10", "http and https only", "tests/web/test_guard.py", "web/addresses.py",
           (('if parts.scheme not in ("http", "https"):', "if False:"),)),
    Mutant("X37", "a server is started as it was approved", "tests/mcp/test_admission.py",
           "mcp/admission.py",
           (("if approval is None or approval.launch != launch_pin(server):",
             "if approval is None:"),)),
    Mutant("X41", "descriptions are cut", "tests/mcp/test_admission.py", "mcp/admission.py",
           (("cut(clean(one.description).strip(), DOES)", "one.description"),)),
    Mutant("X46", "addresses must be known", "tests/core/test_gate.py", "core/gate.py",
           ((" or foreign(tool, args, labels, standing)\n", "\n"),)),
    Mutant("X48", "tools must be named", "tests/core/test_gate.py", "core/gate.py",
           (("why = unnamed(tool, labels, standing) or foreign(", "why = foreign("),)),
    Mutant("X51", "keys in their other forms", "tests/test_secrets.py", "core/redaction.py",
           (("if form in low:", "if False:"),)),
)  # fmt: skip


def main(argv: list[str]) -> int:
    wanted = set(argv) or {mutant.case for mutant in MUTANTS}
    chosen = [mutant for mutant in MUTANTS if mutant.case in wanted]
    killed = 0
    for tests in dict.fromkeys(mutant.tests for mutant in chosen):
        cases = sorted({mutant.case for mutant in chosen if mutant.tests == tests})
        if end_of(ROOT / "src", tests, cases) != SURVIVED:
            print(f"{tests} fails on the code as it is: mend that first", file=sys.stderr)
            return 1
    for mutant in chosen:
        end = killed_by_its_case(mutant)
        killed += end != SURVIVED
        print(f"{mutant.case} {end:9}{mutant.guard}  ({mutant.file})", flush=True)
    print(f"mutants killed={killed} survived={len(chosen) - killed} of {len(chosen)}")
    return 0 if killed == len(chosen) else 1


def killed_by_its_case(mutant: Mutant) -> str:
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        file = source / "selfstarter" / mutant.file
        text = file.read_text("utf-8")
        for old, new in mutant.swaps:
            if text.count(old) != 1:
                raise SystemExit(f"{mutant.file} has {old!r} {text.count(old)} times: mend MUTANTS")
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
        return end_of(source, mutant.tests, [mutant.case])


def end_of(source: Path, tests: str, cases: list[str]) -> str:
    """What comes of the code in `source` under the tests of `cases`."""
    argv = [sys.executable, "-B", str(Path(__file__).resolve()), "--run", tests, *cases]
    env = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(
            argv, env=env, cwd=ROOT, capture_output=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return KILLED
    if ran.returncode not in ENDS:
        raise SystemExit((ran.stdout + ran.stderr).decode(errors="replace")[-2000:])
    return ENDS[ran.returncode]


def run(tests: str, cases: set[str]) -> int:
    """In a process of its own, with the mutant's code: a key of `ENDS`, or 2: there is no test."""
    from security import tested

    seen = tested(cases, "-x", "-p", "no:cacheprovider", folder=tests)
    if any(one.failed for one in seen.values()):
        return 1
    if missing := cases - set(seen):
        print(f"{tests} has no test of {missing}")
        return 2
    return 0 if all(one.passed for one in seen.values()) else 3


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        sys.exit(run(sys.argv[2], set(sys.argv[3:])))
    sys.exit(main(sys.argv[1:]))
