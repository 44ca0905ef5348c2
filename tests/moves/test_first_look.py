"""What is shown of the workspace before the first call: to a model that has the room, small files
whole."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from plays import finish, laid, needs_sandbox, worked

from selfstarter.app import pursue
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

OFFER = "".join(f"line {n} of the offer\n" for n in range(1, 7))


def shown(
    workspace: Path,
    home: Path,
    files: dict[str, str],
    small: bool,
    window: int,
    goal: str = "Do it",
) -> str:
    laid(workspace, files)
    model = ScriptedModel.of({"text": "no"}, small=small, window=window)
    settings = Settings(model="scripted", home=home, steps=1)
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    return outcome.state.scouted.heads if outcome.state.scouted else ""


@pytest.mark.parametrize(("small", "whole"), [(False, True), (True, False)])
def test_a_small_file_is_shown_whole_where_there_is_room(
    workspace: Path, home: Path, small: bool, whole: bool
) -> None:
    files = {"offer.txt": OFFER, "wide.txt": "w" * 300 + "\n"}
    heads = shown(workspace, home, files, small, 32_768)
    assert (f"== offer.txt\n{OFFER.strip()}" in heads, "w" * 300 in heads) == (whole, whole)
    assert ("(6 lines)" in heads) is not whole


@pytest.mark.parametrize("window", [4_096, 32_768, 1_000_000])
def test_no_more_than_there_is_room_for(workspace: Path, home: Path, window: int) -> None:
    files = {f"{n:02}.txt": f"{n:02}\n" * 1_200 for n in range(14)} | {"big.txt": "b\n" * 2_100}
    heads = shown(workspace, home, files, False, window)
    assert heads.count("== ") == 14
    whole = [part for part in heads.split("== ")[1:] if part.count("\n") > 400]
    assert len(whole) == {4_096: 0, 32_768: 2, 1_000_000: 6}[window]


def test_code_is_shown_whole_before_what_stands_beside_it(workspace: Path, home: Path) -> None:
    lines = "".join(f"{n:02} is a line of it\n" for n in range(100))
    files = {name: f"{name}\n{lines}" for name in (".gitignore", "README.md", "src/tax.py")}
    heads = shown(workspace, home, files, False, 16_384)
    whole = [part.split("\n")[0] for part in heads.split("== ")[1:] if "99 is" in part]
    assert whole[-1] == "src/tax.py" and len(whole) == 2


@pytest.mark.parametrize("small", [False, True])
def test_a_bigger_model_learns_what_it_would_have_to_clean(
    workspace: Path, home: Path, small: bool
) -> None:
    rows = [f"C{n},{('South', 'SOUTH ', 'north')[n % 3]},{n}\n" for n in range(600)]
    table = "customer,region,paid\n" + "".join([*rows, *rows[:4]])
    heads = shown(workspace, home, {"a.csv": table}, small, 32_768)
    assert ("4 of 604 rows repeat another row" in heads) is not small
    assert ("2 values spelled in 3 ways, like 'SOUTH', 'South'" in heads) is not small


@needs_sandbox
@pytest.mark.parametrize(("name", "right"), [("Müller", True), ("Mueller", False)])
def test_what_is_not_utf8_is_seen_by_all_who_look(
    workspace: Path, home: Path, name: str, right: bool
) -> None:
    """Whoever drafts, checks and judges."""
    line = "供应商;金额\n华东贸易有限公司;1200\n"
    (workspace / "liste.csv").write_bytes(line.encode("gb18030"))
    copied = line.encode("gb18030").decode("latin-1")
    holds = {"kind": "file_matches", "path": "out.txt", "contains": ["Preis für Müller"]}
    named = {"kind": "judge", "path": "out.txt", "question": "Is it as in liste.csv?"}
    asked: list[Request] = []
    program = f"open('out.txt', 'w', encoding='cp1252').write('Preis für {name}: 1200')"
    outcome = worked(
        workspace,
        home,
        "Write out.txt.",
        {"call": {"tool": "run_python", "args": {"code": program}}},
        finish("It is there."),
        {"for": "judge", "json": {"evidence": "Preis für Müller: 1200", "passes": True}},
        there={},
        checks=[holds, named],
        files=["out.txt"],
        asked=asked,
    )
    assert (outcome.ending == "done") is right, outcome.report
    for purpose in ("draft", "choose", *(("judge",) if right else ())):
        shown = next(request for request in asked if request.purpose == purpose)
        said = "\n".join(message.text for message in shown.messages)
        assert line.strip() in said and copied[:6] not in said
        assert ("(read as gb18030)" in said) == (purpose != "judge")


MAILS = {f"mail/{n:02}.txt": f"Mail {n}\n" for n in range(1, 21)}


@pytest.mark.parametrize(
    ("small", "window", "more", "all_of_it"),
    [
        (False, 131_072, "", True),
        (False, 131_072, "x" * 24_000, False),
        (False, 16_384, "", False),
        (True, 131_072, "", False),
    ],
)
def test_a_small_folder_is_shown_whole_to_a_model_with_the_room(
    workspace: Path, home: Path, small: bool, window: int, more: str, all_of_it: bool
) -> None:
    lines = "".join(f"{n}\n" for n in range(60))
    files = {f"m{n:02}.py": f"# {n}\n{lines}" for n in range(30)} | {"z.py": f"z = 1\n{more}\n"}
    (workspace / "a.png").write_bytes(b"\x89PNG" + bytes(1 << 20))
    heads = shown(workspace, home, files, small, window)
    assert (heads.count("\n59") == 30) is all_of_it
    assert ("the 17 files from" in heads) is not all_of_it


@pytest.mark.parametrize(
    ("goal", "small", "whole"),
    [
        ("Build the program in spec.md", False, True),
        ("Build a program", False, False),
        ("Build the program in spec.md", True, False),
    ],
)
def test_the_text_that_a_goal_names_is_shown_to_its_end(
    workspace: Path, home: Path, goal: str, small: bool, whole: bool
) -> None:
    """By it the contract is written."""
    code = "".join(f"x{n} = {n}\n" for n in range(300))
    spec = "".join(f"{n}. It does one thing more, and that well.\n" for n in range(150))
    files = {f"a{n}.py": f"# {n}\n{code}" for n in range(6)} | {"spec.md": spec}
    heads = shown(workspace, home, files, small, 131_072, goal)
    assert ("149. It does" in heads) is whole


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize(
    ("count", "told"), [(900, "(900 lines)"), (13_477, "(13,477 lines)"), (1_500_000, "(more than")]
)
def test_the_lines_of_all_of_a_file_are_counted(
    workspace: Path, home: Path, small: bool, count: int, told: str
) -> None:
    text = "".join(f"line {n:07}\n" for n in range(count))
    assert told in shown(workspace, home, {"a.log": text}, small, 32_768)


@pytest.mark.parametrize("small", [False, True])
def test_what_column_notes_say_is_true(workspace: Path, home: Path, small: bool) -> None:
    records = [{"phone": f"+49 30 {n}0037"} | ({"note": ""} if n < 3 else {}) for n in range(9)]
    rows = "".join(f"{n},{n}.5,Ann {n}\n" for n in range(9)) + "9,1 2,Bo\n9,1.5,Cy\n9,1.5,Cy\n"
    versions = "".join(f"{n},1.{n}.2\n" for n in range(9))
    files = {
        "a.json": json.dumps(records),
        "b.csv": f"id,euros,name\n{rows}",
        "c.csv": f"id,version\n{versions}",
    }
    goal = "Look at a.json, b.csv and c.csv"
    heads = shown(workspace, home, files, small, 2_048, goal)
    notes = [line for line in heads.splitlines() if line.startswith("Its columns")]
    repeats = [] if small else ["1 of 12 rows repeats another row"]
    assert notes == [
        "Its columns: note: absent in 6, 3 blank",
        "Its columns: " + "; ".join((*repeats, "euros: numbers, but also '1 2'")),
    ]


@needs_sandbox
@pytest.mark.parametrize("name", ["shop.db", "shop.sqlite", "shop.sqlite3"])
def test_a_contract_is_written_with_what_a_database_holds(
    workspace: Path, home: Path, name: str
) -> None:
    with closing(sqlite3.connect(workspace / name)) as base:
        base.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, euros REAL)")
        made = [(f"Customer {n}", n + 0.5) for n in range(1_200)]
        base.executemany("INSERT INTO orders (customer, euros) VALUES (?, ?)", made)
        for n in range(30):
            base.execute(f"CREATE TABLE t{n} (a, b, c)")
        base.commit()
    before = (workspace / name).read_bytes()
    heads = shown(workspace, home, {}, False, 65_536)
    assert heads.startswith(
        f"== {name}\n# table orders\n"
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, euros REAL)\n"
        "id | customer | euros\n1 | Customer 0 | 0.5\n2 | Customer 1 | 1.5\n3 | Customer 2 | 2.5\n"
        "[3 of 1,200 rows]\n"
    )
    assert heads.endswith("# table t9\nCREATE TABLE t9 (a, b, c)\n[0 of 0 rows]")
    assert (workspace / name).read_bytes() == before


def test_what_only_has_the_ending_of_a_database_is_what_it_is(workspace: Path, home: Path) -> None:
    (workspace / "b.db").write_bytes(bytes(range(256)))
    heads = shown(workspace, home, {"a.db": "words\n"}, False, 65_536)
    assert heads == "Not shown below: b.db: binary data\n\n== a.db\nwords"


@pytest.mark.parametrize("small", [False, True])
def test_what_is_not_shown_is_named_and_takes_no_place(
    workspace: Path, home: Path, small: bool
) -> None:
    (workspace / "a.png").write_bytes(b"\x89PNG\0\0")
    (workspace / "b.pdf").write_bytes(b"%PDF-1.4 ")
    (workspace / "c.bin").write_bytes(bytes(range(256)))
    (workspace / "d.txt").write_bytes("Größe\n".encode("cp1252"))
    heads = shown(workspace, home, MAILS | {"z.txt": "z\n" * 4_000}, small, 32_768)
    assert heads.startswith(
        "Not shown below: a.png: a PNG image; b.pdf: not a PDF that can be read: Stream has ended"
        " unexpectedly; c.bin: binary data; the 8 files from mail/14.txt on"
        "\n\n== d.txt\nGröße\n(read as cp1252)"
    )
    assert heads.count("== ") == 14 and heads.endswith("== mail/13.txt\nMail 13")


@pytest.mark.parametrize("small", [False, True])
def test_where_all_is_shown_nothing_is_said(workspace: Path, home: Path, small: bool) -> None:
    heads = shown(workspace, home, {"a.txt": "a\n", "b.txt": "b\n", "none.txt": ""}, small, 32_768)
    assert heads == "== a.txt\na\n\n== b.txt\nb"


def test_a_copy_is_named_and_not_shown_again(workspace: Path, home: Path) -> None:
    long = "".join(f"line {n}\n" for n in range(9_000))
    files = {"a.txt": OFFER, "a.txt.bak": OFFER, "b.txt": OFFER.upper(), "long.txt": long}
    files |= {"long2.txt": long, "long3.txt": long + "one more\n"}
    heads = shown(workspace, home, files, False, 32_768)
    assert "== a.txt.bak\n(the same as a.txt)\n" in heads and heads.count(OFFER.strip()) == 1
    assert "== b.txt\nLINE 1" in heads
    assert "== long2.txt\n(the same as long.txt)\n\n== long3.txt\nline 0\n" in heads


def test_a_small_model_reads_each_file(workspace: Path, home: Path) -> None:
    heads = shown(workspace, home, {"a.txt": "a\n", "b.txt": "a\n"}, True, 32_768)
    assert heads == "== a.txt\na\n\n== b.txt\na"
