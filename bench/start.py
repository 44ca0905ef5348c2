"""How fast the command is there, and how much an installation weighs: `python bench/start.py`.

CPU is user and system time of the process and its children, the median of some starts. The size is
that of the default installation: the package and all that it requires, as they lie in .venv,
without the embedded model's runtime and weights. PEERS="smolagents deepagents" installs others
beside it, each into a venv of its own (some minutes and a network), and measures the same.
The last line: start help_cpu_s=0.NN ls_cpu_s=0.NN install_mb=N
"""

import os
import resource
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from statistics import median

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 7
PEERS = {
    "aider-chat": "aider",
    "openhands-ai": "openhands",
    "gpt-researcher": "",
    "smolagents": "smolagent",
    "deepagents": "",
}
"""Package -> its command; empty: it has none, so its module is imported."""
MODULES = {"gpt-researcher": "gpt_researcher", "deepagents": "deepagents"}


def cpu_s(*argv: str | Path, env: dict[str, str] | None = None) -> float:
    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(argv, env=env, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)

    once()  # files come into the page cache, modules are compiled
    return median(once() for _ in range(ROUNDS))


def required() -> set[str]:
    """Names of all that the default installation brings, in the form that compares."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    waiting = [Requirement(line) for line in project["dependencies"]]
    found: set[str] = set()
    done: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (name, extras) in done:
            continue
        done.add((name, extras))
        try:
            there = distribution(name)
        except PackageNotFoundError:
            continue  # for another system
        found.add(name)
        for line in there.requires or ():
            inner = Requirement(line)
            if any(holds(inner, extra) for extra in ("", *extras)):
                waiting.append(inner)
    return found


def holds(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def size_of(there: Distribution, ending: str = "") -> int:
    paths = (Path(str(there.locate_file(file))) for file in there.files or ())
    return sum(p.stat().st_size for p in paths if p.name.endswith(ending) and p.is_file())


def own_size() -> int:
    return sum(f.stat().st_size for f in (ROOT / "src").rglob("*") if f.is_file())


def folder_size(folder: Path) -> int:
    return sum(f.lstat().st_size for f in folder.rglob("*") if f.is_file())


def peers(names: list[str]) -> None:
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            venv = Path(folder) / "venv"
            subprocess.run([sys.executable, "-m", "venv", venv], check=True)
            pip = [venv / "bin" / "pip", "--disable-pip-version-check", "-q"]
            at = next((venv / "lib").glob("python*")) / "site-packages"
            empty = folder_size(at)
            ran = subprocess.run([*pip, "install", name], capture_output=True, check=False)
            if ran.returncode:
                print(f"{name:<16} could not be installed")
                continue
            python = str(venv / "bin" / "python")
            command = PEERS.get(name, "")
            argv = (
                [str(venv / "bin" / command), "--help"]
                if command
                else [python, "-c", f"import {MODULES.get(name, name)}"]
            )
            size = (folder_size(at) - empty) / 1e6
            what = "--help" if command else "import"
            print(f"{name:<16} {what} {cpu_s(*argv):.2f} s CPU, {size:.0f} MB")


def main() -> int:
    command = (sys.executable, "-P", "-m", "selfstarter")
    with tempfile.TemporaryDirectory() as home:
        env = {k: v for k, v in os.environ.items() if not k.startswith("SELFSTARTER_")}
        env |= {"SELFSTARTER_HOME": home, "XDG_CONFIG_HOME": home}
        bare = cpu_s(sys.executable, "-c", "pass")
        help_s = cpu_s(*command, "--help", env=env)
        ls_s = cpu_s(*command, "ls", env=env)
    names = required()
    sizes = sorted(((size_of(distribution(name)), name) for name in names), reverse=True)
    install = (sum(size for size, _ in sizes) + own_size()) / 1e6
    compiled = sum(size_of(distribution(name), ".pyc") for name in names) / 1e6
    print(
        f"bare python {bare:.2f} s; {len(names)} packages, {compiled:.0f} MB of it are .pyc files"
    )
    for size, name in sizes[:8]:
        print(f"  {name:<24} {size / 1e6:6.1f} MB")
    peers(os.environ.get("PEERS", "").replace("1", " ".join(PEERS)).split())
    print(f"start help_cpu_s={help_s:.2f} ls_cpu_s={ls_s:.2f} install_mb={install:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
