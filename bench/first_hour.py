"""A new user in a clean home, from the clone to the first finished goal, and what goes wrong.

Clones this repository, builds its wheel, installs it into a fresh venv (INSTALL=0: takes .venv),
and does what docs/getting-started.md says, by the installed command. MODEL=scripted or local.
The last line: first_hour good=N/N bad=N/N first_goal_s=N
"""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOAL = "Sum the amounts in orders.csv into total.txt"
LOCAL_GOAL = "Write hello.txt with the single line: hello world"
LONGEST_S = 600


@dataclass
class User:
    """A person with nothing but a home folder and the installed command."""

    folder: Path
    command: Path
    results: dict[str, list[tuple[str, str]]] = field(
        default_factory=lambda: {"good": [], "bad": []}
    )

    @property
    def home(self) -> Path:
        return self.folder / "person"

    @property
    def workspace(self) -> Path:
        return self.folder / "work"

    def begins_anew(self) -> None:
        """A folder with the table, and without what earlier runs have left."""
        shutil.rmtree(self.workspace, ignore_errors=True)
        self.workspace.mkdir()
        (self.workspace / "orders.csv").write_text("id,amount\n1,40\n2,2\n")

    def env(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        own = {"HOME": str(self.home), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        own |= {"SELFSTARTER_WEB": "0"}
        if os.environ.get("MODEL") == "local":  # the weights are not fetched once more
            own["SELFSTARTER_CACHE"] = str(Path.home() / ".cache" / "selfstarter")
        return kept | own | more

    def runs(
        self, *args: str, stdin: str = "", inside: Sequence[str] = (), **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*inside, str(self.command), *args], cwd=self.workspace, env=self.env(**env),
            input=stdin, capture_output=True, text=True, timeout=LONGEST_S, check=False,
        )  # fmt: skip

    def note(self, kind: str, name: str, wrong: str) -> None:
        self.results[kind].append((name, wrong))
        print(f"{kind:<5} {'ok  ' if not wrong else 'FAIL'} {name}{': ' + wrong if wrong else ''}")
        sys.stdout.flush()


def installed(folder: Path) -> Path:
    """The command, installed from a wheel that was built in a clean clone."""
    if os.environ.get("INSTALL") == "0":
        return ROOT / ".venv" / "bin" / "selfstarter"
    clone, venv = folder / "clone", folder / "venv"
    quietly("git", "clone", "-q", "--depth", "1", f"file://{ROOT}", clone)
    quietly(sys.executable, "-m", "venv", venv)
    pip = (venv / "bin" / "pip", "--disable-pip-version-check", "-q")
    quietly(*pip, "wheel", "--no-deps", "-w", folder / "dist", clone)
    quietly(*pip, "install", "--require-hashes", "-r", clone / "requirements" / "run.txt")
    wheel = next((folder / "dist").glob("selfstarter-*.whl"))
    quietly(*pip, "install", f"{wheel}[openai]")  # and a client, as a person with a key would
    return venv / "bin" / "selfstarter"


def quietly(*argv: str | Path) -> None:
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"{argv[0]} could not do its part: {ran.stderr.strip()[-600:]}")


# ── good ─────────────────────────────────────────────────────────────────────────────────────


def script(folder: Path, *replies: Mapping[str, object]) -> str:
    file = folder / f"script-{len(list(folder.glob('script-*')))}.json"
    file.write_text(json.dumps({"replies": replies}))
    return f"scripted:{file}"


def call(tool: str, **args: object) -> Mapping[str, object]:
    return {"call": {"tool": tool, "args": args}}


def sums(folder: Path, *calls: Mapping[str, object]) -> str:
    """A script that does `GOAL`."""
    sketch = {"outcome": "There.", "files": ["total.txt"], "assumptions": [], "document": False}
    return script(
        folder,
        {"for": "draft", "json": sketch},
        {"for": "plan", "json": {"tasks": [{"title": "Sum"}]}},
        {"for": "wrap_up", "text": "Not all is there."},
        *calls,
        call("write_file", path="total.txt", content="42"),
        call("finish", summary="42, in total.txt"),
    )


def good(user: User, local: bool) -> Iterator[tuple[str, Callable[[], str]]]:
    """What a person does, in this order; each returns what is wrong with it."""

    def says(*args: str, code: int = 0, said: str = "", **env: str) -> Callable[[], str]:
        return lambda: judged(user.runs(*args, **env), code, said)

    first = "local" if local else script(user.folder, {"text": "ready"})
    goal = LOCAL_GOAL if local else GOAL
    model = () if local else ("-m", sums(user.folder))
    yield "help", says("--help", said="run .*Pursue a goal")
    yield "init", says("init", "--model", first, "--mode", "auto", said="model +ok.*in .* s")
    yield "first goal", says("run", goal, *model, said="# Done")
    yield "doctor", says("doctor", said="sandbox +ok")
    yield "ls", says("ls", said="done")
    yield "show", says("show", "@last", said="# Done")
    yield "search", says("search", "write" if local else "amounts", said="in its goal")
    yield "cost", says("cost", said="tokens")
    yield "config", says("config", "explain", "model", said="user file")
    yield "recipes", says("recipes", said="clean-table")
    yield "models", says("models", "ls", said="anthropic")
    yield "tools", says("tools", said="run_shell")
    yield "completion", says("completion", "bash", said="_SELFSTARTER_COMPLETE")
    yield "backup", says("backup", str(user.folder / "copy.db"), said="KB|MB")
    yield "gc", says("gc", said="free")
    yield "init in a terminal", lambda: in_a_terminal(user)
    yield "no colour on a dumb terminal", lambda: plain(user)
    if not local:
        yield "resume after a death", lambda: killed(user)


def in_a_terminal(user: User) -> str:
    """The wizard as a person types into it: another model, its name, the mode."""
    name = script(user.folder, {"text": "ready"})
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(user.workspace)
        os.execve(user.command, [str(user.command), "init"], user.env(TERM="xterm"))
    answers = [(r"Number \[", "9"), (r"As in http", name), (r"Mode \(.*\[auto\]", "ask")]
    seen, at = "", 0
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if not select.select([master], [], [], 0.2)[0]:
            continue
        try:
            got = os.read(master, 4096)
        except OSError:
            break
        if not got:
            break
        seen += got.decode("utf-8", "replace")
        if answers and re.search(answers[0][0], seen[at:]):
            at = len(seen)
            os.write(master, f"{answers.pop(0)[1]}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    mode = user.runs("config", "get", "mode").stdout.strip()
    fine = code == 0 and not answers and mode == '"ask"'
    return "" if fine else f"exit {code}, mode {mode}, {seen[-300:]!r}"


def plain(user: User) -> str:
    model = sums(user.folder)
    ran = user.runs("run", GOAL, "-m", model, "--mode", "auto", TERM="dumb", NO_COLOR="1")
    escapes = "\x1b" in ran.stdout + ran.stderr
    return "" if ran.returncode == 0 and not escapes else f"exit {ran.returncode}, {escapes=}"


def killed(user: User) -> str:
    """Dead in the middle of a call, and the next process goes on."""
    slow = call("run_shell", command="touch begun; sleep 30", timeout_s=60)
    model, again = sums(user.folder, slow), sums(user.folder, slow)
    begun = user.workspace / "begun"
    args = [str(user.command), "run", GOAL, "-m", model, "--mode", "auto"]
    process = subprocess.Popen(
        args, cwd=user.workspace, env=user.env(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + 60
    while not begun.exists() and time.monotonic() < end:
        time.sleep(0.1)
    process.kill()
    process.wait()
    ran = user.runs("resume", "@last", "-m", again)
    return "" if ran.returncode == 0 else f"exit {ran.returncode}, {ran.stderr[-300:]!r}"


# ── bad ──────────────────────────────────────────────────────────────────────────────────────


def bad(user: User) -> Iterator[tuple[str, Callable[[], str]]]:
    """Each ends in one clear sentence, with its exit code and without a traceback."""

    def ends(
        *args: str, code: int, said: str, stdin: str = "", inside: Sequence[str] = (), **env: str
    ) -> Callable[[], str]:
        return lambda: refusal(user.runs(*args, stdin=stdin, inside=inside, **env), code, said)

    ready = sums(user.folder)
    key = "not-a-real-" + "key-0123456789"
    yield "a wrong key", lambda: refused(user, key)
    yield "no key", ends("init", "--model", "openai:gpt-5-mini", code=7, said="OPENAI_API_KEY")
    nowhere = "http://127.0.0.1:1/v1#x"
    yield "no network: the model", ends("run", GOAL, "-m", nowhere, code=75, said="127.0.0.1:1")
    yield "no network: the weights", ends(
        "models", "pull", code=7, said="could not be fetched.*Check the network",
        SELFSTARTER_CACHE=str(user.folder / "empty"), HTTPS_PROXY="http://127.0.0.1:1",
        PIP_INDEX_URL="http://127.0.0.1:1", PIP_CONFIG_FILE=os.devnull,
    )  # fmt: skip
    yield (
        "no bwrap: doctor",
        ends("doctor", code=7, said="sandbox +bad.*\n.*bubblewrap", PATH=str(user.folder)),
    )
    shell = call("run_shell", command="echo hello")
    yield "no bwrap: a run goes on without programs", ends(
        "run", GOAL, "-m", sums(user.folder, shell), "--mode", "auto", code=0,
        said="denied|bubblewrap", PATH=str(user.folder),
    )  # fmt: skip
    for when, blocks in (("from the beginning", ""), ("in the middle", "count=200")):
        fill = FILL.format(blocks=blocks)
        yield f"a full disk, {when}", ends(
            "run", GOAL, "-m", ready, "--mode", "auto", "--home", str(user.folder / "full" / "h"),
            code=75, said="disk is full.*Make room",
            inside=[*mounted(user.folder / "full", "size=1m"), "sh", "-c", fill, "sh"],
        )  # fmt: skip
    read_only = [*mounted(user.folder / "locked", "ro"), "sh", "-c", '"$@"', "sh"]
    yield "a read-only home", ends(
        "run", GOAL, "-m", ready, "--home", str(user.folder / "locked" / "h"), code=7,
        said="cannot be used", inside=read_only,
    )  # fmt: skip
    yield "a read-only home: keys and settings", ends(
        "config", "set", "steps", "9", code=7, said="cannot be written", inside=read_only,
        XDG_CONFIG_HOME=str(user.folder / "locked" / "c"),
    )  # fmt: skip
    yield (
        "a folder that is not there",
        ends("run", GOAL, "-m", ready, "-w", "nowhere", code=7, said="is not a folder"),
    )
    yield "a misspelt setting", ends("config", "set", "modle", "x", code=7, said="Did you mean")
    yield "a misspelt variable", ends("ls", code=7, said="Did you mean", SELFSTARTER_STEP="3")
    broken = user.folder / "broken" / "selfstarter"
    broken.mkdir(parents=True)
    (broken / "config.toml").write_text("steps = = 3\n")
    yield (
        "a broken file of settings",
        ends(
            "run",
            GOAL,
            code=7,
            said="config.toml cannot be read",
            XDG_CONFIG_HOME=str(broken.parent),
        ),
    )
    yield (
        "a misspelt model",
        ends("run", GOAL, "-m", "opneai:x", code=7, said="Did you mean openai"),
    )
    yield "a misspelt recipe", ends("run", "--recipe", "clean", code=7, said="Known: ")


def judged(ran: subprocess.CompletedProcess[str], code: int, said: str) -> str:
    """What is wrong with how it ended; empty: nothing is."""
    text = ran.stdout + ran.stderr
    if ran.returncode != code or not re.search(said, text) or "Traceback" in text:
        return f"exit {ran.returncode} instead of {code}, {text.strip()[-400:]!r}"
    return ""


def refusal(ran: subprocess.CompletedProcess[str], code: int, said: str) -> str:
    """As `judged`; and it has one sentence for the person, not several."""
    text = ran.stdout + ran.stderr
    sentences = len(re.findall(r"^selfstarter: ", text, re.MULTILINE))
    several = f"{sentences} sentences: {text.strip()[-400:]!r}" if sentences > 1 else ""
    return judged(ran, code, said) or several


class Refusing(BaseHTTPRequestHandler):
    """A provider that does not know the key."""

    def do_POST(self) -> None:
        body = b'{"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def provider() -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1#gpt-x"
    finally:
        server.shutdown()


def refused(user: User, key: str) -> str:
    with provider() as url:
        ran = user.runs("init", "--model", url, "--key-stdin", stdin=key)
    if key in ran.stdout + ran.stderr:
        return "the key was shown"
    kept = user.home / ".config" / "selfstarter" / "credentials.toml"
    if kept.exists() and key in kept.read_text():
        return "the key was kept"
    return refusal(ran, 75, "refused the key: check SELFSTARTER_API_KEY")


FILL = """
"$1" ls --home "$FULL/h" >/dev/null 2>&1
dd if=/dev/zero of="$FULL/fill" bs=4k {blocks} 2>/dev/null
"$@"
"""
"""The journal is there already when the disk becomes full."""


def mounted(folder: Path, options: str) -> list[str]:
    """A way to run a program that sees `folder` as a file system of its own, of that kind."""
    folder.mkdir(exist_ok=True)
    mount = f"mount -t tmpfs -o {options} none '{folder}' && export FULL='{folder}' && exec \"$@\""
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]


def main() -> int:
    local = os.environ.get("MODEL", "scripted") == "local"
    began = time.monotonic()
    first_goal = 0.0
    with tempfile.TemporaryDirectory(prefix="first-hour-") as name:
        folder = Path(name)
        user = User(folder, installed(folder))
        print(f"installed in {time.monotonic() - began:.0f} s: {user.command}")
        user.home.mkdir()
        for what, go in good(user, local):
            user.begins_anew()
            user.note("good", what, go())
            first_goal = first_goal or (time.monotonic() - began if what == "first goal" else 0)
        for what, go in bad(user):
            user.begins_anew()
            user.note("bad", what, go())
    fine = {k: [not wrong for _, wrong in found] for k, found in user.results.items()}
    counts = " ".join(f"{kind}={sum(found)}/{len(found)}" for kind, found in fine.items())
    print(f"first_hour {counts} first_goal_s={first_goal:.0f}")
    return 0 if all(all(found) for found in fine.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
