"""A run is done where what it made is so at its end; one that was not may be gone on with."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from test_surprises import FINISH, PLAN, Reply, Script, call, draft, events

from selfstarter.app import Outcome, pursue, resume
from selfstarter.core.contract import Sketch
from selfstarter.core.events import CriterionChecked, FinishAsked, RunEnded
from selfstarter.core.ports import Recorded
from selfstarter.goals.files import edited, missing, outputs
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.terms import is_source
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings
from selfstarter.steering import tell

box = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")
JUDGED: Reply = {"for": "judge", "json": {"evidence": "# Bonjour", "passes": True}}
AMEND: Reply = {"for": "amend", "json": {"quote": "", "drop": [], "add": []}}


def wanting(*criteria: Mapping[str, Any], files: tuple[str, ...] = ()) -> Reply:
    asked = draft(*files)
    said = [{"text": "as wanted", "check": check} for check in criteria]
    return {**asked, "json": {**asked["json"], "criteria": said}}


def write(path: str, text: str) -> Reply:
    return call("write_file", path=path, content=text)


def ran(workspace: Path, home: Path, goal: str, *replies: Reply, **more: Any) -> Outcome:
    model = ScriptedModel.of(*replies)
    return asyncio.run(
        pursue(goal, workspace, Settings(model="scripted", home=home), model=model, **more)
    )


# ── what was to be there and is not ──────────────────────────────────────────────────────────


def test_nobody_is_done_with_a_file_that_was_never_there(workspace: Path, home: Path) -> None:
    goal = "Sum the amounts in orders.csv per city into totals.csv"
    outcome = ran(
        workspace, home, goal, draft("totals.csv"), PLAN,
        write("totals.csv", "city,total\nBern,100\n"), FINISH,
    )  # fmt: skip
    assert outcome.ending == "partly"
    assert "orders.csv is not there" in outcome.report_path.read_text()
    assert not any(c.text.startswith("orders.csv exists") for c in outcome.state.criteria)


def test_a_small_model_is_not_asked_to_work_on_nothing(workspace: Path, home: Path) -> None:
    """And where something of its kind lies there, it may be what was meant."""
    goal = "Sum the amounts in orders.csv per city into totals.csv"
    settings = Settings(model="scripted", home=home, steps=1, web=False)
    model = ScriptedModel.of({"text": "```finish\nIt is done.\n```"}, small=True)
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    assert (outcome.ending, outcome.state.spent.calls) == ("partly", 0)
    assert "orders.csv is not there" in outcome.answer
    (workspace / "order.csv").write_text("city,amount\nBern,100\n")
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    assert outcome.state.spent.calls > 0


def test_what_was_missing_may_be_added_by_the_person(workspace: Path, home: Path) -> None:
    goal = "Sum the amounts in orders.csv per city into totals.csv"
    right = write("totals.csv", "city,total\nBern,100\n")
    model = ScriptedModel.of(draft("totals.csv"), PLAN, FINISH, right, FINISH)
    settings = Settings(model="scripted", home=home)
    first = asyncio.run(pursue(goal, workspace, settings, model=model))
    assert first.ending == "partly"
    (workspace / "orders.csv").write_text("city,amount\nBern,100\n")
    again = asyncio.run(resume("@last", settings, model=model))
    assert again.ending == "done"


def test_nor_may_it_be_made_up(workspace: Path, home: Path) -> None:
    goal = "Sum the amounts in orders.csv per city into totals.csv"
    made_up = write("orders.csv", "city,amount\nBern,100\n")
    outcome = ran(
        workspace, home, goal, draft("totals.csv"), PLAN, made_up,
        write("totals.csv", "city,total\nBern,100\n"), FINISH, FINISH, FINISH, FINISH,
    )  # fmt: skip
    assert outcome.ending != "done"


@pytest.mark.parametrize(
    ("goal", "made", "absent"),
    [
        ("Clean up the table data.csv and save it as clean.csv", "clean.csv", "data.csv"),
        ("Summarise notes.txt in summary.md", "summary.md", "notes.txt"),
        ("Convert data.csv to data.json", "data.json", "data.csv"),
        ("Merge a.csv, b.csv and c.csv into d.csv", "d.csv", "a.csv b.csv c.csv"),
        ("Compare a.txt with b.txt and write the differences to diff.md", "diff.md", "a.txt b.txt"),
        ("Extract all addresses from mails.txt into emails.csv", "emails.csv", "mails.txt"),
        ("Sort names.txt", "", "names.txt"),
        ("Summarise the notes in summary.md", "summary.md", ""),
        ("Write the totals in a.csv and the names in b.csv", "a.csv b.csv", ""),
        ("Group the orders by city in groups.csv", "groups.csv", ""),
        ("Put the sum of all numbers in sum.txt", "sum.txt", ""),
        ("Create merge.py and test it", "merge.py", ""),
        ("Write the minified code as app.min.js", "app.min.js", ""),
        (
            "Write docker-compose.override.yml and notes.md.Then stop.",
            "docker-compose.override.yml notes.md",
            "",
        ),
        ("Write https://example.org/a/data.csv into out.csv", "out.csv", ""),
        ("Tell me what is new on http://127.0.0.1:8964/changelog.html.", "", ""),
        ("Write api.md from http://localhost:3000/docs/api.json.", "api.md", ""),
        ("Write api.md from localhost:3000/docs/api.json.", "api.md", ""),
        ("Fetch https://example.org/~me/data.csv to b.csv", "b.csv", ""),
        ("Save (https://example.org/a?file=b.csv), sorted, in c.csv", "c.csv", ""),
        ("Fetch https://example.org/a.html and save it as a.html", "a.html", ""),
        ("Sum up the mails in sum.md and save the dates as d.csv", "sum.md d.csv", ""),
        ("Tell me in a.md which to take; also save the sums as s.xlsx", "a.md", ""),
        ("Sort the names in a.txt and save them as b.txt", "b.txt", "a.txt"),
        ("Merge these into one clean customers.csv", "customers.csv", ""),
        ("Create a clean customers.csv from the exports", "customers.csv", ""),
        ("Write a clean README.md", "README.md", ""),
        ("I want a single tidy contacts.csv", "contacts.csv", ""),
        ("Write a short review report.md", "report.md", ""),
        ("Prepare the import customers.csv for our CRM", "customers.csv", ""),
        ("Please carefully review report.md", "", "report.md"),
        ("Write a script to clean data.csv", "", "data.csv"),
        ("I need you to tidy contacts.csv", "", "contacts.csv"),
    ],
)
def test_what_is_to_be_worked_on_is_no_result(goal: str, made: str, absent: str) -> None:
    assert outputs(goal, Sketch(outcome="x"), {}) == tuple(made.split())
    assert missing(goal, {}) == tuple(absent.split())


def test_a_translation_is_another_file_and_its_source_stays(workspace: Path, home: Path) -> None:
    (workspace / "README.md").write_text("# Hello\n")
    goal = "Translate README.md into French as README.fr.md"
    model = ScriptedModel.of(
        draft("README.fr.md"), PLAN, JUDGED, write("README.fr.md", "# Bonjour\n"), FINISH
    )
    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    assert [c.text for c in outcome.state.criteria] == [
        "README.fr.md exists and is not empty",
        "what was made is what the goal wants",
    ]
    assert outcome.ending == "done"
    assert (workspace / "README.md").read_text() == "# Hello\n"


@pytest.mark.parametrize("path", ["config.yaml", "prod.yaml", "web/app.yaml"])
def test_a_part_of_a_longer_name_is_no_file_to_change(path: str) -> None:
    goal = "Set the port in config.prod.yaml to 90, as on https://example.org/web/app.yaml"
    found = edited(goal, Sketch(outcome="x", files=(path,)), {"config.prod.yaml": "", path: ""})
    assert found == ("config.prod.yaml",)
    assert is_source("config.prod.yaml", goal) and not is_source(path, goal)


def test_what_a_strong_model_takes_for_a_result_is_not_missing_where_it_may_be_one() -> None:
    assert missing("Clean customers.csv", {}) == ("customers.csv",)
    assert missing("Clean customers.csv", {}, {"customers.csv"}) == ()
    assert missing("Sum the rows of orders.csv", {}, {"orders.csv"}) == ("orders.csv",)
    offers = "Describe the offers in a.md, and the sums as b.csv"
    assert (missing(offers, {}), missing(offers, {}, {"a.md"})) == (("a.md",), ())


# ── looked at once more ──────────────────────────────────────────────────────────────────────


@box
def test_a_check_that_takes_the_result_away_does_not_end_as_done(
    workspace: Path, home: Path
) -> None:
    command = "grep -q hello out.txt && rm -f out.txt"
    outcome = ran(
        workspace, home, "Write out.txt with a greeting",
        wanting({"kind": "command_passes", "command": command}, files=("out.txt",)), PLAN,
        write("out.txt", "hello\n"), FINISH, FINISH, FINISH, FINISH,
    )  # fmt: skip
    assert outcome.ending != "done"


def test_a_result_that_somebody_takes_away_during_the_checks_is_missed(
    workspace: Path, home: Path
) -> None:
    def gone(_: str, recorded: Recorded) -> None:
        seen = recorded.event
        if isinstance(seen, CriterionChecked) and seen.round == 1:
            (workspace / "out.txt").unlink(missing_ok=True)

    outcome = ran(
        workspace, home, "Write out.txt with a greeting", draft("out.txt"), PLAN,
        write("out.txt", "hello\n"), FINISH, write("out.txt", "hello\n"), FINISH, listener=gone,
    )  # fmt: skip
    assert outcome.ending == "done", "it is made anew"
    rounds = {e.round for e in events(home) if isinstance(e, CriterionChecked) and not e.passed}
    assert rounds == {1}


# ── gone on with ─────────────────────────────────────────────────────────────────────────────


def test_a_run_that_was_not_done_goes_on_where_somebody_asks_for_it(
    workspace: Path, home: Path, script: Script
) -> None:
    wanted = wanting({"kind": "file_matches", "path": "out.txt", "contains": ["north"]})
    last: Reply = {"for": "wrap_up", "text": "The north is missing."}
    replies = wanted, PLAN, last, write("out.txt", "hello\n"), FINISH, FINISH, FINISH
    first = ran(workspace, home, "Write out.txt with a greeting", *replies)
    assert first.ending == "partly"
    better = script(*replies, write("out.txt", "hello, north\n"), FINISH)
    again = asyncio.run(resume("@last", Settings(home=home), model_name=better))
    assert again.ending == "done"


@pytest.mark.parametrize("more", ["Also write b.txt with a farewell.", "Take another colour."])
def test_what_is_said_while_it_is_checked_is_heard_first(
    workspace: Path, home: Path, more: str
) -> None:
    """And where a model finds nothing in the words to add, what they name is added all the same."""

    def says(run: str, recorded: Recorded) -> None:
        if isinstance(recorded.event, FinishAsked) and not said:
            said.append(more)
            tell(run, "say", more, Settings(home=home))

    said: list[str] = []
    outcome = ran(
        workspace, home, "Write out.txt with a greeting", draft("out.txt"), PLAN,
        write("out.txt", "hello\n"), FINISH, AMEND, write("b.txt", "bye\n"), FINISH, listener=says,
    )  # fmt: skip
    assert outcome.ending == "done"
    assert (workspace / "b.txt").exists(), "the model had its turn once more"
    assert sum(isinstance(event, RunEnded) for event in events(home)) == 1
    assert any("b.txt exists" in c.text for c in outcome.state.criteria) is ("b.txt" in more)
