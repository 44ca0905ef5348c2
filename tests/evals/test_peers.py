"""Agents that are not ours: how they are run, and each that is installed against a script."""

import asyncio
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from scripted_upstream import COMPLETION, PROMPT, Upstream, upstream

from selfstarter.app import PLAIN
from selfstarter.core.events import RunEnded
from selfstarter.evals.__main__ import command
from selfstarter.evals.agent import Job
from selfstarter.evals.core.level1 import SHELF_AND_BOOK
from selfstarter.evals.metering import Account, metering
from selfstarter.evals.peers import AGENTS, DRIVERS, PEERS, NotReady, Peer
from selfstarter.evals.running import Tally
from selfstarter.models.scripted import ScriptedModel
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings

pytestmark = pytest.mark.skipif(not probe().bwrap, reason=probe().why)

TOY = """
import json, os, socket, time, urllib.parse
from http.client import HTTPConnection
from pathlib import Path

def version():
    return "1.0"

def ask(job):
    at = urllib.parse.urlsplit(job.url)
    http = HTTPConnection(at.hostname, at.port)
    body = {"model": job.model, "messages": [{"role": "user", "content": job.goal}]}
    http.request("POST", at.path + "/chat/completions", json.dumps(body))
    reply = http.getresponse()
    return reply.status, json.loads(reply.read())

def run(job):
    if job.goal == "break before":
        raise ValueError("the toy is broken")
    status, reply = ask(job)
    if job.goal == "break after":
        raise ValueError("the toy is broken")
    if job.goal == "sleep":
        time.sleep(1_000)
    if job.goal == "go on":
        while status == 200:
            status, reply = ask(job)
        return {"ending": "done", "answer": "done", "steps": 9}
    if job.goal == "look around":
        found = {"outside": os.path.exists(OUTSIDE), "ways": [n for _, n in socket.if_nameindex()]}
        return {"ending": "done", "answer": json.dumps(found), "steps": 1}
    Path("made.txt").write_text(reply["choices"][0]["message"]["content"])
    return {"ending": "done", "answer": "It is made.", "steps": 2}
"""


@pytest.fixture
def toy(tmp_path: Path) -> Peer:
    """A peer of the standard library."""
    drivers, python = tmp_path / "drivers", tmp_path / "venvs" / "toy" / "bin" / "python"
    drivers.mkdir()
    python.parent.mkdir(parents=True)
    python.symlink_to(Path(sys.executable).resolve())
    shutil.copy(DRIVERS / "drive.py", drivers)
    outside = tmp_path / "secret.txt"
    outside.write_text("not for the toy", "utf-8")
    (drivers / "toy_peer.py").write_text(TOY.replace("OUTSIDE", repr(str(outside))), "utf-8")
    return Peer("toy", "toy", "for tests", tmp_path / "venvs", drivers)


def driven(
    peer: Peer,
    goal: str,
    workspace: Path,
    model: Upstream,
    tokens: int = 60_000,
    time_s: float = 600,
    steps: int = 25,
    small: bool = False,
) -> tuple[RunEnded, Tally, Account]:
    workspace.mkdir(exist_ok=True)
    settings = Settings(home=workspace.parent / "home", tokens=tokens, time_s=time_s, steps=steps)
    with metering(lambda: model.served) as meter:
        line = meter.opened(tokens)
        tally = Tally()
        own = ScriptedModel.of({"text": "-"}, window=8_192, small=small)
        job = Job(goal, workspace, settings, own, 0, PLAIN, line)
        asyncio.run(peer(job, tally.tell))
    assert tally.ended
    return tally.ended, tally, line.account


def test_a_peer_works_in_its_workspace_and_is_counted(toy: Peer, tmp_path: Path) -> None:
    with upstream({"text": "Good day."}) as model:
        ended, tally, account = driven(toy, "make it", tmp_path / "work", model)
    assert (ended.ending, ended.answer, tally.steps) == ("done", "It is made.", 2)
    assert (tmp_path / "work" / "made.txt").read_text("utf-8") == "Good day."
    assert (account.calls, account.prompt, account.completion) == (1, PROMPT, COMPLETION)


def test_it_sees_neither_other_files_nor_a_network(toy: Peer, tmp_path: Path) -> None:
    with upstream({"text": "-"}) as model:
        ended, _, _ = driven(toy, "look around", tmp_path / "work", model)
    assert json.loads(ended.answer) == {"outside": False, "ways": ["lo"]}


def test_its_budget_holds_whatever_it_says(toy: Peer, tmp_path: Path) -> None:
    with upstream({"text": "-"}) as model:
        most = 3 * (PROMPT + COMPLETION)
        ended, _, account = driven(toy, "go on", tmp_path / "work", model, tokens=most)
    assert ended.ending == "out_of_budget"
    assert (account.calls, account.refused) == (3, 1)


def test_one_that_breaks_has_failed_and_one_that_never_began_is_left_out(
    toy: Peer, tmp_path: Path
) -> None:
    with upstream({"text": "-"}) as model:
        ended, _, _ = driven(toy, "break after", tmp_path / "work", model)
        assert (ended.ending, ended.answer) == ("failed", "ValueError: the toy is broken")
        with pytest.raises(NotReady, match="the toy is broken"):
            driven(toy, "break before", tmp_path / "work", model)


def test_one_that_takes_too_long_is_ended(
    toy: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("selfstarter.evals.peers.START_S", 20.0)
    with upstream({"text": "-"}) as model:
        ended, _, account = driven(toy, "sleep", tmp_path / "work", model, time_s=1)
    assert (ended.ending, account.calls) == ("out_of_time", 1)


def test_one_that_is_not_installed_says_how(toy: Peer, tmp_path: Path) -> None:
    assert asyncio.run(toy.version()) == "1.0"
    absent = Peer("absent", "absent", "for tests", tmp_path / "venvs")
    with pytest.raises(NotReady, match="not installed"):
        asyncio.run(absent.version())
    (tmp_path / "venvs" / "absent.why").write_text("No wheel for this Python.", "utf-8")
    with pytest.raises(NotReady, match="No wheel"):
        asyncio.run(absent.version())


# ── through the command ──────────────────────────────────────────────────────────────────────


def test_all_are_counted_by_one_meter_and_who_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = Peer("absent", "absent", "for tests", tmp_path / "venvs")
    agents = {**AGENTS, "absent": absent}
    for module in ("__main__", "running"):
        monkeypatch.setattr(f"selfstarter.evals.{module}.AGENTS", agents)
    file = tmp_path / "core.jsonl"
    with upstream({"text": "All done."}) as model:
        ran = CliRunner().invoke(
            command,
            ["core", "-m", f"{model.url}#{model.served.model}", "--agents", "bare,absent",
             "--only", "shelf-and-book", "--results", str(file)],
        )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert "absent is left out: it is not installed" in ran.stderr
    assert "Left out, so not beaten: absent" in ran.stdout
    (row,) = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert (row["agent"], row["calls"], row["input"], row["cached"]) == ("bare", 1, PROMPT, 60)


def test_a_peer_needs_a_model_that_is_served(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('[{"text": "-"}]', "utf-8")
    ran = CliRunner().invoke(command, ["core", "-m", f"scripted:{script}", "--agents", "mini"])
    assert ran.exit_code == 7
    assert "served in OpenAI's form" in ran.stderr


# ── those that are installed ─────────────────────────────────────────────────────────────────

TEXT = "Spoon-11\n"
SUBMIT = "COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
WRITE = f"open('missing.txt', 'w').write({TEXT!r})"
SCRIPTS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "smolagents": (
        {"text": f"I write it.\n<code>\n{WRITE}\n</code>"},
        {"text": "Finished.\n<code>\nfinal_answer('It is written.')\n</code>"},
    ),
    "smolagents_tools": (
        {"call": "write_file", "args": {"path": "missing.txt", "content": TEXT}},
        {"call": "final_answer", "args": {"answer": "It is written."}},
    ),
    "pydantic_ai": (
        {"call": "write_file", "args": {"path": "missing.txt", "content": TEXT}},
        {"text": "It is written."},
    ),
    "deepagents": (
        {"call": "execute", "args": {"command": f"printf {TEXT!r} > missing.txt"}},
        {"text": "It is written."},
    ),
    "mini": (
        {"call": "bash", "args": {"command": f"printf {TEXT!r} > missing.txt"}},
        {"call": "bash", "args": {"command": f"echo {SUBMIT}; echo It is written."}},
    ),
}  # fmt: skip


def test_each_peer_has_a_script() -> None:
    assert {peer.name for peer in PEERS} == set(SCRIPTS)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_an_installed_peer_writes_a_file_and_says_so(peer: Peer, tmp_path: Path) -> None:
    if not (peer.folder / "bin" / "python").exists():
        pytest.skip(peer.missing())
    with upstream(*SCRIPTS[peer.name]) as model:
        ended, tally, account = driven(peer, SHELF_AND_BOOK.goal, tmp_path / "work", model)
    assert (tmp_path / "work" / "missing.txt").read_text("utf-8") == TEXT
    assert (ended.ending, ended.answer.strip()) == ("done", "It is written.")
    assert account.calls == 2
    assert tally.steps in (1, 2)
    assert [body.get("temperature") for body in model.asked] == [0, 0]
    assert SHELF_AND_BOOK.goal[:40] in json.dumps(model.asked[0]["messages"], ensure_ascii=False)
    assert list((tmp_path / "work").iterdir()) == [tmp_path / "work" / "missing.txt"]


def test_mini_speaks_in_blocks_to_a_small_model(tmp_path: Path) -> None:
    peer = next(one for one in PEERS if one.name == "mini")
    if not (peer.folder / "bin" / "python").exists():
        pytest.skip(peer.missing())
    blocks = [
        f"THOUGHT: I do.\n\n```mswea_bash_command\n{c}\n```" for c in ("ls", f"echo {SUBMIT}")
    ]
    with upstream(*({"text": block} for block in blocks)) as model:
        ended, _, _ = driven(peer, "Look.", tmp_path / "work", model, small=True)
    assert (ended.ending, ended.answer) == ("done", blocks[1]), "it handed in nothing but words"


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_an_installed_peer_stops_at_its_steps(peer: Peer, tmp_path: Path) -> None:
    if not (peer.folder / "bin" / "python").exists():
        pytest.skip(peer.missing())
    with upstream(SCRIPTS[peer.name][0]) as model:
        ended, _, account = driven(peer, "Go on.", tmp_path / "work", model, steps=3)
    assert ended.ending == "out_of_budget"
    assert 3 <= account.calls <= 5
