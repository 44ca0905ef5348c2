"""What a person does with the memory from a shell."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import FINISH, GOAL, WRITE, Cli, draft

from selfstarter.core.ports import MemoryRecord
from selfstarter.memory.open import open_memory

Script = Callable[..., str]
PLAN = {"for": "plan", "json": {"tasks": [{"title": "write a greeting"}]}}
FACT = "The staging server listens on port 8443."


def put(home: Path, *records: MemoryRecord) -> None:
    memory = open_memory(home)
    memory.add_now(records)
    asyncio.run(memory.close())


def fact(id: str = "r0:3", text: str = FACT, **more: object) -> MemoryRecord:
    return MemoryRecord(id, "semantic", text, "r0", 3, 1_700_000_000.0, **more)  # pyright: ignore[reportArgumentType]


def test_what_a_run_left_is_listed_shown_and_found(cli: Cli, script: Script) -> None:
    wish = f"{GOAL}. Always greet in lower case."
    assert cli("run", wish, "-m", script(draft("hello.txt"), PLAN, WRITE, FINISH)).returncode == 0
    rows = [json.loads(line) for line in cli("memory", "ls", "--json").stdout.splitlines()]
    assert {row["kind"] for row in rows} == {"semantic", "procedural"}
    said = next(row for row in rows if row["kind"] == "semantic")
    assert said["text"] == "The person said: Always greet in lower case."
    assert "lower case" in cli("memory", "search", "a greeting in lower case").stdout
    shown = cli("memory", "show", said["id"]).stdout
    assert f"in run {said['run_id']}, event 1" in shown and "own words" in shown


def test_it_is_said_where_a_record_was_used(cli: Cli, script: Script, home: Path) -> None:
    put(home, fact(trusted=False, source="ops.md", sha256="ab" * 32))
    goal = "Write hello.txt about the port of the staging server"
    assert cli("run", goal, "-m", script(draft("hello.txt"), PLAN, WRITE, FINISH)).returncode == 0
    shown = cli("memory", "show", "r0:3").stdout
    assert "source      ops.md  abababab" in shown and "text from outside" in shown
    assert "shown       in 1 runs; 1 of them ended as done" in shown
    assert shown.count("used   ") == 1


def test_a_person_adds_what_runs_are_to_remember(cli: Cli, script: Script, home: Path) -> None:
    new = cli("memory", "add", "We", "always eat at 18:30.")
    assert new.returncode == 0 and "The person said: We always eat at 18:30." in new.stdout
    assert cli("run", GOAL, "-m", script(draft("hello.txt"), PLAN, WRITE, FINISH)).returncode == 0
    shown = cli("memory", "show", new.stdout.split()[0]).stdout
    assert ", from you" in shown and "own words" in shown and "event" not in shown.split("used")[0]
    assert "shown       in 1 runs" in shown
    assert cli("memory", "add", " ").returncode != 0


def test_a_correction_holds_and_the_old_words_stay_as_history(cli: Cli, home: Path) -> None:
    put(home, fact(trusted=False))
    new = cli("memory", "edit", "r0:3", "The staging server listens on port 9443.")
    assert new.returncode == 0 and "9443" in new.stdout
    listed = cli("memory", "ls").stdout
    assert "9443" in listed and "8443" not in listed
    both = cli("memory", "ls", "--history").stdout
    assert "9443" in both and "8443" in both and " old " in both
    assert ", from you" in cli("memory", "show", new.stdout.split()[0]).stdout
    shown = cli("memory", "show", new.stdout.split()[0]).stdout
    assert "before" in shown and "8443" in shown and "own words" in shown


def test_what_is_forgotten_is_gone_with_its_history_and_does_not_come_back(
    cli: Cli, script: Script, home: Path
) -> None:
    wish = f"{GOAL}. Always greet in lower case."
    cli("run", wish, "-m", script(draft("hello.txt"), PLAN, WRITE, FINISH))
    rows = [json.loads(line) for line in cli("memory", "ls", "--json").stdout.splitlines()]
    said = next(row["id"] for row in rows if row["kind"] == "semantic")
    cli("memory", "edit", said, "Greet in small letters.")
    gone = cli("memory", "forget", "person:", "--yes")
    assert gone.returncode == 0 and "2 forgotten" in gone.stderr
    assert "lower case" in gone.stdout and "small letters" in gone.stdout
    assert "0 records were missing" in cli("memory", "rebuild").stdout
    assert "The person said" not in cli("memory", "ls", "--history").stdout
    assert cli("memory", "forget", "--run", rows[0]["run_id"], "--yes").returncode == 0
    assert not cli("memory", "ls", "--history").stdout


def test_asked_before_it_is_forgotten(cli: Cli, home: Path) -> None:
    put(home, fact())
    cli("memory", "forget", "r0:3", stdin="n\n")
    assert FACT in cli("memory", "ls").stdout
    cli("memory", "forget", "r0:3", stdin="y\n")
    assert FACT not in cli("memory", "ls").stdout


@pytest.mark.parametrize("words", [["show", "x"], ["edit", "r0", "a b"], ["forget", "x", "--yes"]])
def test_a_name_that_fits_none_or_several_is_refused(
    cli: Cli, home: Path, words: list[str]
) -> None:
    put(home, fact(), fact("r0:4", "Bread needs an hour."))
    refused = cli("memory", *words)
    assert refused.returncode == 2 and "Traceback" not in refused.stderr


def test_an_export_moves_to_another_machine(cli: Cli, home: Path, tmp_path: Path) -> None:
    put(home, fact(), fact("r0:4", "Bread needs an hour.", trusted=False))
    file = tmp_path / "memory.jsonl"
    assert "2 records" in cli("memory", "export", file).stdout
    assert file.stat().st_mode & 0o077 == 0
    cli("memory", "forget", "r0:3", "--yes")
    for row in file.read_text().splitlines():
        assert json.loads(row)["id"] in ("r0:3", "r0:4")
    assert "1 records are new" in cli("memory", "import", file).stdout
    file.write_text('{"id": 1}\n')
    broken = cli("memory", "import", file)
    assert broken.returncode == 7 and "line 1 is no record" in broken.stderr
    assert cli("memory", "export", tmp_path / "no" / "file").returncode == 7
    assert cli("memory", "import", tmp_path / "nothing").returncode == 7


def test_a_backup_is_a_whole_database(cli: Cli, home: Path, tmp_path: Path) -> None:
    put(home, fact())
    other = tmp_path / "other"
    other.mkdir()
    assert cli("memory", "backup", other / "journal.db").returncode == 0
    memory = open_memory(other)
    assert memory.recall_now("port of the staging server")[0].record.text == FACT
    asyncio.run(memory.close())
    assert cli("memory", "backup", tmp_path / "no" / "file").returncode == 7


def test_stats_count_and_check(cli: Cli, home: Path) -> None:
    put(home, fact(trusted=False), fact("r0:4", "Bread needs an hour."))
    said = cli("memory", "stats")
    assert said.returncode == 0 and "2 records, and 0" in said.stdout
    assert "1 are made of text from outside" in said.stdout


def test_tidying_says_what_it_takes_out_of_recall_and_why(cli: Cli, home: Path) -> None:
    old = fact(text="staging port: 8443", importance=0.6)
    put(home, old, fact("r0:4", "staging port: 9443", importance=0.6, uses=0))
    memory = open_memory(home)
    memory.replace_now("x", fact("r0:5", "staging port: 9444"))
    asyncio.run(memory.close())
    said = cli("memory", "tidy")
    assert said.returncode == 0 and "are no longer recalled" in said.stderr
    assert all(line.split()[0] in ("same", "newer", "faded") for line in said.stdout.splitlines())
    assert not cli("memory", "tidy").stdout


def test_a_page_drives_no_terminal_through_the_memory(cli: Cli, home: Path) -> None:
    put(home, fact(text="a\x1b[2Jb\u202ec", trusted=False))
    for words in (["ls"], ["show", "r0:3"], ["ls", "--json"]):
        assert "\x1b" not in (said := cli("memory", *words).stdout) and "\u202e" not in said


def test_help_needs_no_memory() -> None:
    code = (
        "import sys; from selfstarter.cli import main\n"
        "try: main(['memory', '--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'apsw', 'pydantic') if m in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]" and "forget" in ran.stdout
