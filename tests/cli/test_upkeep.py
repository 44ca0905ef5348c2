"""cost, search, gc, backup, report-bug: what is asked of all runs, and of what they leave."""

import asyncio
import json
import os
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from shell import objects, shell
from terminal import FINISH, PLAN, WRAP_UP, WRITE, draft

from selfstarter.app import Outcome, look_up, pursue, resume
from selfstarter.settings import Settings

Script = Callable[..., str]
PRICE = {"price": {"input": 1e-6, "output": 1e-5}}


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("SELFSTARTER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def ran(home: Path, workspace: Path, model: str, goal: str) -> Outcome:
    settings = Settings(model=model, home=home, web=False, steps=4)
    return asyncio.run(pursue(goal, workspace, settings))


@pytest.fixture
def two(home: Path, workspace: Path, script: Script) -> tuple[Outcome, Outcome]:
    """A run of known price, and one that nobody knows the price of."""
    one = script(draft("hello.txt"), PLAN, WRITE, FINISH, **PRICE)
    other = script(draft("bye.txt"), PLAN, WRAP_UP, WRITE, price=None)
    first = ran(home, workspace, one, "Write hello.txt with a Greeting")
    return first, ran(home, workspace, other, "Write bye.txt with a farewell")


# ── cost ─────────────────────────────────────────────────────────────────────────────────────


def test_the_cost_of_a_run_is_what_its_state_says(two: tuple[Outcome, Outcome], home: Path) -> None:
    found = {one["name"]: one for one in objects(shell("cost", "--json", "--home", home))}
    assert set(found) == {outcome.run_id for outcome in two}
    for outcome in two:
        spent, said = outcome.state.spent, found[outcome.run_id]
        assert (said["calls"], said["input"], said["output"]) == (
            spent.calls, spent.input, spent.output)  # fmt: skip
        assert said["cost_usd"] == pytest.approx(spent.cost_usd)
        assert said["unknown"] == spent.unknown_cost
    assert found[two[0].run_id]["cost_usd"] > 0 and found[two[1].run_id]["unknown"]


@pytest.mark.parametrize("by", ["day", "model"])
def test_however_it_is_added_up_it_is_the_same_sum(
    two: tuple[Outcome, Outcome], home: Path, by: str
) -> None:
    found = objects(shell("cost", "--by", by, "--json", "--home", home))
    for key in ("calls", "input", "output"):
        assert sum(one[key] for one in found) == sum(
            getattr(outcome.state.spent, key) for outcome in two
        )
    assert len(found) == (1 if by == "day" else 2)


def test_the_cost_of_one_run_is_told_by_what_its_calls_were_for(
    two: tuple[Outcome, Outcome], home: Path
) -> None:
    for name, outcome in ((two[0].run_id[:6], two[0]), ("@last", two[1]), ("last", two[1])):
        found = {one["name"]: one for one in objects(shell("cost", name, "--json", "--home", home))}
        assert set(found) >= {"draft", "plan", "choose"}
        spent = outcome.state.spent
        for key in ("calls", "input", "output"):
            assert sum(one[key] for one in found.values()) == getattr(spent, key)
    assert (
        f"${two[0].state.spent.cost_usd:.4f}" in shell("cost", two[0].run_id, "--home", home).output
    )
    assert "is not a run" in shell("cost", "nosuch", "--home", home, code=2).output


def test_cost_speaks_of_a_time_and_of_nothing(two: tuple[Outcome, Outcome], home: Path) -> None:
    assert len(objects(shell("cost", "--since", "1h", "--json", "--home", home))) == 2
    time.sleep(0.01)
    assert "No model was called" in shell("cost", "--since", "0m", "--home", home).output
    said = shell("cost", "--home", home).output
    assert "and what has no known price" in said and "Traceback" not in said
    shell("cost", "--since", "yesterday", "--home", home, code=2)


# ── search ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "where", "which"),
    [
        (("greeting",), "goal", [0]),
        (("HELLO.TXT", "says"), "goal", [0]),
        (("says", "hello"), "answer", [0]),
        (("write",), "goal", [1, 0]),
        (("exists", "6 bytes"), "findings", [0]),
        (("cost",), "", []),
        (("nothing",), "", []),
        (("greeting", "nosuchword"), "", []),
    ],
)
def test_runs_are_found_by_goal_answer_and_findings(
    two: tuple[Outcome, Outcome], home: Path, words: tuple[str, ...], where: str, which: list[int]
) -> None:
    found = objects(shell("search", *words, "--json", "--home", home))
    assert [one["run_id"] for one in found] == [two[n].run_id for n in which]
    assert {one["where"] for one in found} <= {where}


# ── gc ───────────────────────────────────────────────────────────────────────────────────────


def test_gc_names_what_it_would_free_frees_it_and_leaves_every_run_as_it_was(
    two: tuple[Outcome, Outcome], home: Path
) -> None:
    run_id = two[0].run_id
    results = home / "runs" / run_id / "results"
    results.mkdir(exist_ok=True)
    (results / "long.txt").write_text("x" * 5_000)
    (home / "runs" / "unknown").mkdir()
    (home / "runs" / "unknown" / "precious.txt").write_text("not ours")
    before = look_up(run_id, Settings(home=home))[0]
    assert "long" not in shell("gc", "--home", home).output, "too young"
    listed = shell("gc", "--days", "0", "--home", home).output
    assert str(results) in listed and "--yes" in listed and (results / "long.txt").exists()
    assert "Freed" in shell("gc", "--days", "0", "--yes", "--home", home).output
    assert not results.exists() and (home / "runs" / "unknown" / "precious.txt").exists()
    assert look_up(run_id, Settings(home=home))[0].report == before.report
    assert (home / "runs" / run_id / "report.md").exists()
    assert "nothing to free" in shell("gc", "--days", "0", "--home", home).output


def test_gc_leaves_open_runs_and_held_locks_alone(
    home: Path, workspace: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, {"fail": "down"})
    settings = Settings(model=model, home=home, web=False)
    with pytest.raises(Exception, match="down"):
        asyncio.run(pursue("Write hello.txt", workspace, settings))
    folder = next((home / "runs").iterdir())
    (folder / "results").mkdir(exist_ok=True)
    (folder / "results" / "kept.txt").write_text("needed when it goes on")
    held = FileLock(home / "locks" / "held.lock")
    with held:
        shell("gc", "--days", "0", "--yes", "--home", home)
        assert (folder / "results" / "kept.txt").exists()
        assert (home / "locks" / "held.lock").exists()
    shell("gc", "--days", "0", "--yes", "--home", home)
    assert not (home / "locks" / "held.lock").exists()


def test_gc_in_an_empty_home_makes_nothing(home: Path) -> None:
    assert "nothing to free" in shell("gc", "--home", home).output
    assert not home.exists()


# ── backup ───────────────────────────────────────────────────────────────────────────────────


def test_a_backup_put_in_place_is_the_same_journal_and_a_run_in_it_goes_on(
    home: Path, workspace: Path, script: Script, tmp_path: Path
) -> None:
    down = script(draft("hello.txt"), PLAN, {"fail": "down"})
    with pytest.raises(Exception, match="down"):
        asyncio.run(
            pursue("Write hello.txt", workspace, Settings(model=down, home=home, web=False))
        )
    copy = tmp_path / "copy.db"
    assert "copy.db" in shell("backup", copy, "--home", home).output
    assert copy.stat().st_mode & 0o077 == 0
    shell("backup", copy, "--home", home, code=7)  # never over a file that is there
    shutil.rmtree(home)
    home.mkdir()
    shutil.copy(copy, home / "journal.db")
    settings = Settings(home=home, web=False)
    found, records = look_up("@last", settings)
    assert records and found.state.goal == "Write hello.txt"
    again = script(draft("hello.txt"), PLAN, WRITE, FINISH)
    assert asyncio.run(resume("@last", settings, model_name=again)).ending == "done"


def test_a_backup_of_nothing_and_to_nowhere_is_said_plainly(
    home: Path, tmp_path: Path, two: tuple[Outcome, Outcome]
) -> None:
    said = shell("backup", tmp_path / "b.db", "--home", tmp_path / "none", code=7).output
    assert "no journal" in said
    said = shell("backup", tmp_path / "no" / "b.db", "--home", home, code=7).output
    assert "cannot be written" in said and "Traceback" not in said


# ── report-bug ───────────────────────────────────────────────────────────────────────────────


def test_a_bundle_holds_no_key_and_long_texts_only_when_asked(
    home: Path, workspace: Path, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-" + "canary" + "0123456789abcdefABCDEF"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # whatever crashed here before
    monkeypatch.setenv("OPENAI_API_KEY", key)
    monkeypatch.setenv("SELFSTARTER_PROXY", f"http://me:{key}@127.0.0.1:1")
    long = "word " * 200
    write = {"call": {"tool": "write_file", "args": {"path": "hello.txt", "content": long}}}
    ran(home, workspace, script(draft("hello.txt"), PLAN, write, FINISH), "Write hello.txt")
    texts: dict[bool, str] = {}
    for whole in (False, True):
        file = tmp_path / f"{whole}.zip"
        options = ("--whole",) if whole else ()
        shell("report-bug", "@last", "-o", file, *options, "--home", home)
        with zipfile.ZipFile(file) as found:
            assert set(found.namelist()) == {
                "about.json", "doctor.json", "settings.json", "run.jsonl"}  # fmt: skip
            texts[whole] = "".join(found.read(n).decode() for n in found.namelist())
            kinds = [json.loads(line)["kind"] for line in found.read("run.jsonl").splitlines()]
        assert kinds[0] == "run_started" and kinds[-1] == "run_ended"
    for text in texts.values():
        assert key not in text and str(Path.home()) + "/" not in text
    assert long not in texts[False] and long.strip() in texts[True]
    shell("report-bug", "nosuchrun", "-o", tmp_path / "x.zip", "--home", home, code=2)
