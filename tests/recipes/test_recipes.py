"""Recipes: their files, and each pursued to its end by a script, with its own checks."""

import asyncio
import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.cli import cli
from selfstarter.core.errors import BadSetting
from selfstarter.recipes.recipe import SHIPPED, filled, given, own_folder, recipe, recipes
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings

Script = Callable[..., str]
Reply = Mapping[str, Any]
needs_sandbox = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


# ── the files ────────────────────────────────────────────────────────────────────────────────


def test_the_promised_recipes_are_there_and_whole() -> None:
    assert set(recipes()) == {
        "competitive-analysis", "literature-digest", "clean-table", "repository-tour",
        "fix-failing-test",
    }  # fmt: skip
    for name in recipes():
        found = recipe(name)
        needed = {key: "x" for key, one in found.parameters.items() if one.default is None}
        made = filled(found, needed)
        assert made.checks and "{" not in made.goal and found.title and found.does
        assert all(check.text and "{" not in check.text for check in made.checks)


def test_a_persons_own_recipe_is_found_and_hides_one_of_the_same_name() -> None:
    own_folder().mkdir(parents=True)
    text = 'title = "T"\ndoes = "D."\ngoal = "Write {file}"\n[parameters.file]\ndoes = "F"\n'
    (own_folder() / "mine.toml").write_text(text)
    (own_folder() / "clean-table.toml").write_text(text)
    assert filled(recipe("mine"), given(["file=a.txt"])).goal == "Write a.txt"
    assert recipe("clean-table").title == "T"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("goal = ", "is wrong"),
        ('title = "T"\ndoes = "D"\ngoal = "{nothing}"', "{nothing} is no parameter"),
        ('title = "T"\ndoes = "D"\ngoal = "x"\ncolour = 1', "colour"),
        ('title = "T"\ndoes = "D"\ngoal = "x"\n[[checks]]\nkind = "nosuch"', "nosuch"),
        ('title = "T"\ndoes = "D"\ngoal = "x"\n[[checks]]\nkind = "file_exists"', "path"),
        ("\x00", "is wrong"),
    ],
)
def test_a_wrong_file_is_said_plainly(text: str, said: str) -> None:
    own_folder().mkdir(parents=True)
    (own_folder() / "mine.toml").write_text(text)
    with pytest.raises(BadSetting, match="mine.toml is wrong: ") as wrong:
        recipe("mine")
    assert said in str(wrong.value)


def test_missing_unknown_and_misspelt_are_said() -> None:
    with pytest.raises(BadSetting, match="needs file=… "):
        filled(recipe("clean-table"), {})
    with pytest.raises(BadSetting, match="'flie' is no parameter"):
        filled(recipe("clean-table"), {"flie": "x"})
    with pytest.raises(BadSetting, match="Did you mean 'clean-table'"):
        recipe("clean-tabel")
    with pytest.raises(BadSetting, match="NAME=VALUE"):
        given(["x"])


def test_a_value_is_one_word_of_the_shell_whatever_it_holds() -> None:
    evil = "a.csv; touch /tmp/pwned $(id) 'x"
    command = filled(recipe("clean-table"), {"file": evil}).checks[1].check
    import shlex

    assert evil in shlex.split(command.command.splitlines()[0])  # type: ignore[union-attr]


# ── each to its end ──────────────────────────────────────────────────────────────────────────


def drafted(*files: str, document: bool = False) -> Reply:
    sketch = {"outcome": "It is there.", "files": files, "assumptions": (), "document": document}
    return {"for": "draft", "json": sketch}


PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Do it"}]}}
FINISH: Reply = {"call": {"tool": "finish", "args": {"summary": "It is there."}}}
PARTLY: Reply = {"for": "wrap_up", "text": "It is not all there."}
PASSES: Reply = {"for": "judge", "json": {"passed": True, "quote": "", "reason": "yes"}}


def wrote(path: str, content: str) -> Reply:
    return {"call": {"tool": "write_file", "args": {"path": path, "content": content}}}


def cooked(
    name: str, workspace: Path, home: Path, model: str, **values: str
) -> tuple[Outcome, Mapping[str, bool]]:
    """Pursued as `run --recipe` does it; and whether each check of the recipe passed."""
    made = filled(recipe(name), values)
    settings = Settings(model=model, home=home, web=False, steps=12, memory="off")
    outcome = asyncio.run(pursue(made.goal, workspace, settings, criteria=made.checks))
    assert outcome.state.contract
    ours = {one.check.model_dump_json(): one.id for one in made.checks}
    named = {
        c.id: ours[c.check.model_dump_json()]  # what the goal's words ask for as well is there once
        for c in outcome.state.contract.criteria
        if c.check.model_dump_json() in ours
    }
    assert len(named) == len(ours), "a check is lost"
    seen = outcome.state.checks
    return outcome, {name: seen[id].passed for id, name in named.items() if id in seen}


RAW = "name,day,amount\n Ann ,2026-01-02,3\nBob,2026-01-03,4\nBob,2026-01-03,4\n"
CLEAN = "name,day,amount\nAnn,2026-01-02,3\nBob,2026-01-03,4\n"


@needs_sandbox
@pytest.mark.parametrize(
    ("written", "passes"),
    [
        (CLEAN, True),
        (RAW, False),
        ("name,amount\nAnn,3\n", False),
        (CLEAN + "Eve,2,3\nX,1,1\n", False),
    ],
)
def test_a_table_is_cleaned_and_a_wrong_one_is_not_done(
    workspace: Path, home: Path, script: Script, written: str, passes: bool
) -> None:
    (workspace / "raw.csv").write_text(RAW)
    model = script(drafted("clean.csv"), PLAN, PARTLY, wrote("clean.csv", written), FINISH)
    outcome, checks = cooked("clean-table", workspace, home, model, file="raw.csv")
    assert checks["r2"] is passes
    assert (outcome.ending == "done") is passes
    assert len(list(csv.reader(io.StringIO(CLEAN)))) == 3


@needs_sandbox
def test_a_failing_test_is_mended_in_the_program(
    workspace: Path, home: Path, script: Script
) -> None:
    (workspace / "sums.py").write_text("def add(a, b):\n    return a - b\n")
    (workspace / "test_sums.py").write_text(
        "from sums import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"
    )
    mend = wrote("sums.py", "def add(a, b):\n    return a + b\n")
    model = script(drafted(), PLAN, PARTLY, mend, FINISH)
    outcome, checks = cooked("fix-failing-test", workspace, home, model)
    assert (outcome.ending, checks) == ("done", {"r1": True})


ROW = "| {0} | 10 EUR [sources/{0}.txt] |\n"
WORDS = "This sentence has some words that say nothing new about it. " * 20


@pytest.mark.parametrize(
    ("name", "report", "sources", "text"),
    [
        (
            "competitive-analysis",
            "report.md",
            "sources",
            "| what | price |\n| --- | --- |\n" + ROW.format("a") + ROW.format("b")
            + "\nA costs 10 EUR [sources/a.txt]. B costs 10 EUR [sources/b.txt].\n\n" + WORDS,
        ),
        (
            "literature-digest",
            "digest.md",
            "papers",
            "A measures 10 EUR [papers/a.txt]. B measures 10 EUR [papers/b.txt].\n\n" + WORDS,
        ),
        (
            "repository-tour",
            "TOUR.md",
            "src",
            "It sells [src/a.txt]. It buys [src/b.txt]. It is old [README.md].\n\n" + WORDS,
        ),
    ],
)  # fmt: skip
def test_a_text_is_done_with_its_citations_and_not_without(
    workspace: Path, home: Path, script: Script, name: str, report: str, sources: str, text: str
) -> None:
    (workspace / sources).mkdir()
    (workspace / "README.md").write_text("A shop.")
    for one in "ab":
        (workspace / sources / f"{one}.txt").write_text(f"{one} costs 10 EUR a month.")
    for written, passes in ((WORDS, False), (text, True)):
        folder = home / str(passes)
        model = script(
            drafted(report, document=True), PLAN, PARTLY, PASSES, wrote(report, written), FINISH,
            window=200_000,
        )  # fmt: skip
        _, checks = cooked(name, workspace, folder, model)
        assert checks["r2"] is passes, (name, passes)
        if passes:
            assert all(checks.values())
        (workspace / report).unlink()


# ── the door ─────────────────────────────────────────────────────────────────────────────────


def test_a_recipe_is_run_from_the_command_line(workspace: Path, home: Path, script: Script) -> None:
    own_folder().mkdir(parents=True)
    (own_folder() / "greeting.toml").write_text(
        'title = "G"\ndoes = "Greets."\ngoal = "Write a greeting to {file}."\n'
        '[parameters.file]\ndoes = "F"\ndefault = "hello.txt"\n'
        '[[checks]]\ntext = "{file} greets"\nkind = "file_matches"\npath = "{file}"\n'
        'contains = ["hello"]\n'
    )
    model = script(drafted("bye.txt"), PLAN, wrote("bye.txt", "hello\n"), FINISH)
    common = ["-w", str(workspace), "-m", model, "--home", str(home)]
    ran = CliRunner().invoke(
        cli, ["run", "--recipe", "greeting", "file=bye.txt", *common, "--json"]
    )
    assert ran.exit_code == 0, ran.output
    said = json.loads(ran.stdout)
    assert {"bye.txt greets"} <= {one["text"] for one in said["criteria"]}
    assert look_up("@last", Settings(home=home))[0].state.goal == "Write a greeting to bye.txt."
    assert "greeting" in CliRunner().invoke(cli, ["recipes"]).output
    assert "{file}" in CliRunner().invoke(cli, ["recipes", "greeting"]).output
    for words in (["run"], ["run", "one", "two"], ["run", "x", "-f", "-"]):
        assert CliRunner().invoke(cli, words).exit_code == 2
    wrong = CliRunner().invoke(cli, ["run", "--recipe", "greeting", "flie=x", *common])
    assert wrong.exit_code == 7 and "flie" in wrong.output


def test_a_file_that_is_not_there_is_said_before_a_run_begins(
    workspace: Path, home: Path, script: Script
) -> None:
    common = ["-m", script(FINISH), "-w", str(workspace), "--home", str(home)]
    (workspace / "data").mkdir()
    for name in ("orders.csv", "notes.md"):
        (workspace / "data" / name).write_text("x\n")
    for name, value, meant in (
        ("clean-table", "file=data/order.csv", "Did you mean data/orders.csv?"),
        ("clean-table", "file=data/zz.csv", "Did you mean data/orders.csv?"),
        ("literature-digest", "topic=x", "folder=papers: there is no such file"),
    ):
        ran = CliRunner().invoke(cli, ["run", "--recipe", name, value, *common])
        assert (ran.exit_code, home.exists()) == (7, False)
        assert meant in ran.output


def test_the_shipped_files_are_where_the_package_is() -> None:
    assert len(list(SHIPPED.glob("*.toml"))) == 5
