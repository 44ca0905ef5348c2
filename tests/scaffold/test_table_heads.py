"""The head of a table is set where only names in it are wrong, and left alone where more is."""

import asyncio
from pathlib import Path

import pytest
from plays import needs_sandbox
from small_plays import python

from selfstarter.app import pursue
from selfstarter.models.scripted import ScriptedModel
from selfstarter.scaffold.table_heads import with_names
from selfstarter.settings import Settings

WANTED = ("Name", "Location", "RAM (GB)")


@needs_sandbox
@pytest.mark.parametrize("made", ["name,site.city,ram_gb\nweb-1,Turin,8\n", "name;ram\nweb-1;8\n"])
def test_in_a_run_it_costs_no_reply(workspace: Path, home: Path, made: str) -> None:
    goal = "Write servers.csv with the columns Name, Location and RAM (GB)."
    model = ScriptedModel.of(
        {"text": python(f"open('servers.csv', 'w').write({made!r})")}, small=True
    )
    settings = Settings(model="scripted", home=home, steps=4, web=False)
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    asked = [request for request in model.asked if request.purpose == "choose"]
    right = made.startswith("name,site")
    assert (outcome.ending == "done") is right
    if right:
        assert len(asked) == 1 + len(outcome.state.attempts)
        assert (workspace / "servers.csv").read_text() == "Name,Location,RAM (GB)\nweb-1,Turin,8\n"


@needs_sandbox
def test_a_table_too_long_to_be_read_whole_is_not_cut(workspace: Path, home: Path) -> None:
    goal = "Write servers.csv with the columns Name, Location and RAM (GB)."
    rows = 200_000
    program = f"open('servers.csv', 'w').write('name,site,ram_gb\\n' + 'web-1,Turin,8\\n' * {rows})"
    model = ScriptedModel.of({"text": python(program)}, small=True)
    settings = Settings(model="scripted", home=home, steps=2, web=False)
    asyncio.run(pursue(goal, workspace, settings, model=model))
    assert (workspace / "servers.csv").read_text().count("\n") == rows + 1


@pytest.mark.parametrize(
    ("path", "text", "written"),
    [
        ("a.csv", "NAME,location,ram_gb\n1,2,3\n", "Name,Location,RAM (GB)\n1,2,3\n"),
        ("a.csv", "name,site,ram_gb\r\n1,2,3\r\n", "Name,Location,RAM (GB)\r\n1,2,3\r\n"),
        ("a.csv", "name;site;ram_gb\n1;2;3,5\n", "Name;Location;RAM (GB)\n1;2;3,5\n"),
        ("a.tsv", "name\tsite\tram_gb\n", "Name\tLocation\tRAM (GB)\n"),
        (
            "a.md",
            "# Servers\n\n| name | site | ram_gb |\n|---|---|---|\n| a | b | 3 |\n\nSo.\n",
            "# Servers\n\n| Name | Location | RAM (GB) |\n|---|---|---|\n| a | b | 3 |\n\nSo.\n",
        ),
        ("a.csv", "Name,Location,RAM (GB)\n1,2,3\n", ""),
        ("a.csv", "name,ram_gb,location\n1,2,3\n", ""),
        ("a.csv", "name,site,memory\n1,2,3\n", ""),
        ("a.csv", "name,ram_gb\n1,2\n", ""),
        ("a.csv", "web-1,Turin,8\n", ""),
        ("a.json", '[{"name": 1, "site": 2, "ram_gb": 3}]', ""),
    ],
)
def test_only_names_that_stand_where_they_are_wanted_are_changed(
    path: str, text: str, written: str
) -> None:
    assert with_names(path, text, WANTED) == written


def test_one_column_alone_is_not_guessed_at() -> None:
    assert with_names("a.csv", "web-1\nweb-2\n", ["name"]) == ""
    assert with_names("a.csv", "NAME\nweb-2\n", ["name"]) == "name\nweb-2\n"
