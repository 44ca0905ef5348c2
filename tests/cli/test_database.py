"""The same commands with the journal in Postgres: by the environment, or by `--database`."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from terminal import FINISH, GOAL, PLAN, SAME, WRITE, Script, call, clean, draft, words

from selfstarter.evals.postgres import Server, found
from selfstarter.journal.open import open_store

BEGIN = (draft("hello.txt"), PLAN)
Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shell(home: Path, workspace: Path, tmp_path: Path, database: str) -> Shell:
    def ran(*args: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words(*args, *(() if "--home" in args else ("--home", home))),
            env=clean(tmp_path) | {"SELFSTARTER_DATABASE": database} | env,
            cwd=workspace,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return ran


def test_a_run_begins_is_steered_and_ends_in_the_database(
    shell: Shell, script: Script, home: Path, workspace: Path, database: str
) -> None:
    question = call("ask_person", question="Which language?")
    model = script(*BEGIN, SAME, question, WRITE, FINISH)
    began = shell("run", GOAL, "-m", model, "--attended", "--json")
    said = json.loads(began.stdout)
    run_id = said["run_id"]
    assert began.returncode == 4, began.stderr
    assert run_id in shell("inbox").stdout
    assert shell("say", run_id, "English").returncode == 0
    assert shell("resume", run_id).returncode == 0
    (row,) = [json.loads(line) for line in shell("ls", "--json").stdout.splitlines()]
    assert (row["run_id"], row["status"]) == (run_id, "done")
    assert "hello.txt" in shell("show", run_id).stdout
    assert (workspace / "hello.txt").read_text() == "hello\n"
    assert not (home / "journal.db").exists()
    store = open_store(home, database)
    assert any(recorded.event.kind == "person_said" for recorded in store.read(run_id))
    store.close()
    by_option = shell("ls", "--json", "--database", database, SELFSTARTER_DATABASE="")
    assert json.loads(by_option.stdout)["run_id"] == run_id


def test_what_runs_learn_lies_there_too_and_is_seen_from_every_machine(
    shell: Shell, script: Script, home: Path, tmp_path: Path, database: str
) -> None:
    wish = f"{GOAL}. Always greet in lower case."
    ran = shell("run", wish, "-m", script(*BEGIN, WRITE, FINISH), "--memory", "on")
    assert ran.returncode == 0, ran.stderr
    elsewhere = ("--home", tmp_path / "elsewhere")
    found = shell("memory", "search", "--json", "greet in lower case", *elsewhere)
    said = json.loads(found.stdout.splitlines()[0])
    assert said["text"] == "The person said: Always greet in lower case."
    assert shell("memory", "edit", said["id"], "Greet in capitals.", *elsewhere).returncode == 0
    by_option = shell("memory", "ls", "--database", database, SELFSTARTER_DATABASE="")
    assert "Greet in capitals." in by_option.stdout
    assert not (home / "journal.db").exists()
    copied = shell("memory", "backup", tmp_path / "copy")
    assert copied.returncode == 7 and "pg_dump -n selfstarter" in copied.stderr
    counted = shell("memory", "stats")
    assert counted.returncode == 0 and "can be found by meaning" in counted.stdout


def test_the_doctor_looks_at_the_database(shell: Shell, database: str) -> None:
    def finding(**env: str) -> dict[str, str]:
        every = json.loads(shell("doctor", "--json", **env).stdout)["findings"]
        return next(one for one in every if one["name"] == "database")

    assert "pgvector" in finding()["said"]
    lost = finding(SELFSTARTER_DATABASE="postgresql://me@localhost:1/x")
    assert lost["state"] == "bad" and "me@localhost/x cannot be used" in lost["said"]


def test_a_database_that_is_out_of_reach_is_told_in_one_line(shell: Shell) -> None:
    secret = "verysecret" + "99"
    url = f"postgresql://me:{secret}@localhost:1/x"
    for args, env in ((("ls",), {"SELFSTARTER_DATABASE": url}), (("ls", "--database", url), {})):
        ran = shell(*args, **env)
        assert ran.returncode == 7
        assert ran.stderr.startswith("selfstarter: The database postgresql://me@localhost/x cannot")
        assert secret not in ran.stderr
        assert "Traceback" not in ran.stderr
    wrong = shell("ls", "--database", "mysql://x")
    assert wrong.returncode == 7
    assert "only Postgres is known" in wrong.stderr


def test_a_run_moves_from_the_file_to_the_database_and_is_answered_there(
    shell: Shell, script: Script, home: Path, tmp_path: Path, database: str
) -> None:
    question = call("ask_person", question="Which language?")
    model = script(*BEGIN, SAME, question, WRITE, FINISH)
    here = {"SELFSTARTER_DATABASE": ""}
    began = shell("run", GOAL, "-m", model, "--attended", "--json", **here)
    run_id = json.loads(began.stdout)["run_id"]
    file = tmp_path / "moved"
    assert shell("export", run_id, "--format", "run", "-o", file, **here).returncode == 0
    # On another machine: its home knows nothing of the run.
    there = ("--home", str(tmp_path / "there"))
    taken = shell("import", file, "--trust", "-w", tmp_path / "files", *there)
    assert taken.returncode == 0, taken.stderr
    assert shell("say", run_id, "English", *there).returncode == 0
    gone_on = shell("resume", run_id, *there)
    assert gone_on.returncode == 0, gone_on.stderr
    assert (tmp_path / "files" / "hello.txt").read_text() == "hello\n"
    store, source = open_store(home, database), open_store(home)
    moved = [recorded.event.kind for recorded in store.read(run_id)]
    assert moved.count("person_said") == 1
    assert moved[-1] == "run_ended"
    assert [recorded.event.kind for recorded in source.read(run_id)][-1] == "person_asked"
    store.close()
    source.close()


@pytest.mark.parametrize("extension", [True, False], ids=["pgvector", "bare"])
def test_a_dump_restored_elsewhere_is_the_same_journal_and_memory_and_a_run_in_it_goes_on(
    shell: Shell, script: Script, home: Path, tmp_path: Path, postgres: Server, *, extension: bool
) -> None:
    """Backup and restore as docs/operations.md has them, with Postgres' own programs; where the
    new database lacks pgvector, the vectors are not restored but made anew."""
    before, after = postgres.database(), postgres.database()
    with psycopg.connect(before, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
    here, there = {"SELFSTARTER_DATABASE": before}, {"SELFSTARTER_DATABASE": after}
    question = call("ask_person", question="Which language?")
    model = script(*BEGIN, SAME, question, WRITE, FINISH)
    wish = f"{GOAL}. Always greet in lower case."
    began = shell("run", wish, "-m", model, "--attended", "--json", "--memory", "on", **here)
    run_id = json.loads(began.stdout)["run_id"]
    assert began.returncode == 4, began.stderr

    dumped = subprocess.run(
        [program("pg_dump"), "-n", "selfstarter", before], capture_output=True, check=True
    )
    if extension:
        with psycopg.connect(after, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
    restored = subprocess.run(
        [program("psql"), after], input=dumped.stdout, capture_output=True, check=True
    )
    assert (b"ERROR" in restored.stderr) is not extension, restored.stderr.decode()

    stores = [open_store(home, url) for url in (before, after)]
    assert [list(store.read(run_id)) for store in stores][1:] == [list(stores[0].read(run_id))]
    with psycopg.connect(before, autocommit=True) as connection:  # the first one is gone
        connection.execute("DROP SCHEMA selfstarter CASCADE")
    asked = "in which case is a greeting written?"
    recalled = shell("memory", "search", "--json", asked, "--home", tmp_path / "new", **there)
    assert "Always greet in lower case." in recalled.stdout, recalled.stderr
    counted = shell("memory", "stats", **there)
    assert counted.returncode == 0, counted.stdout
    assert "1 can be found by meaning" in counted.stdout
    assert shell("say", run_id, "English", **there).returncode == 0
    gone_on = shell("resume", run_id, **there)
    assert gone_on.returncode == 0, gone_on.stderr
    (row,) = [json.loads(line) for line in shell("ls", "--json", **there).stdout.splitlines()]
    assert (row["run_id"], row["status"]) == (run_id, "done")
    for store in stores:
        store.close()


def program(name: str) -> Path:
    if not (path := found() / name).is_file():
        pytest.skip(f"no {name} beside this machine's Postgres")
    return path
