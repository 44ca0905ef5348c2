"""Logs, and folders of tables, as the table that a program begins with."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plays import laid, needs_sandbox
from small_plays import asked, first_prefix, python, ran

from selfstarter.goals.orders import asked_for
from selfstarter.scaffold.tidy import told
from selfstarter.texts.logs import pattern_of
from selfstarter.texts.sheets import of_lines

WEB = """08:01:47 GET /help 304 3372b 518ms
08:13:56 GET /search?q=tent 404 8503b 40ms

08:14:49 POST / 304 3599b 574ms
"""
OVENS = "# 1 October\n" + "".join(
    f"06:{n:02} oven C{n} batch {100 + n} came out at {219.5 + n}°C\n" for n in range(20)
)
SERVICE = """2024-03-01 12:00:01 ERROR payment: Card declined for order 1234
2024-03-02 12:00:07 INFO web: started
2024-03-02 12:00:09 INFO web: took 12 s
"""
APACHE = """127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.0" 200 2326
127.0.0.2 - bob [10/Oct/2000:13:55:39 -0700] "GET /y HTTP/1.0" 200 26
127.0.0.2 - - [11/Oct/2000:13:56:39 -0700] "POST /y HTTP/1.0" 404 21
"""
KEYED = """user=anna took=34ms, ok
user=bob took=3ms, ok
user=eve took=341ms, failed
"""
MIDDLE = """10:00 Ann's order of two chairs 31.50€
11:00 Bo's order 4.00€
12:00 the order of Cy 9.75€
"""


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (WEB, {"time": "08:14:49", "method": "POST", "path": "/", "number": "304", "b": "3599",
               "ms": "574"}),
        (OVENS, {"time": "06:19", "oven": "C19", "batch": "119", "celsius": "238.5"}),
        (SERVICE, {"date": "2024-03-02", "time": "12:00:09", "level": "INFO",
                   "text": "web: took 12 s"}),
        (APACHE, {"ip": "127.0.0.2", "word": "-", "word2": "11/Oct/2000:13:56:39",
                  "method": "POST", "path": "/y", "number": "404", "number2": "21"}),
        (KEYED, {"user": "eve", "took": "341", "word": "failed"}),
        (MIDDLE, {"time": "12:00", "text": "the order of Cy", "amount": "9.75"}),
    ],
)  # fmt: skip
def test_what_differs_in_lines_that_are_built_alike_is_a_column(
    text: str, last: dict[str, str]
) -> None:
    sheet = of_lines({"a.log": text})
    assert sheet and {column.name: column.cells[-1] for column in sheet.columns} == last
    assert sheet.rows == sum(bool(line) and line[0] != "#" for line in text.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one\n" * 9,
        "1\n2\n3\n",
        "The quick brown fox\njumps over the lazy\ndog and then sleeps\n",
        "10:00 two\n11:00 lines\n",
        "Dear Ann,\nthe ship came in at 10:00 and left\nagain at noon.\nYours, Bo\n",
        "10:00 up\n11:00 down\nTraceback\n  File x\n    raise\nValueError\n12:00 up\n",
    ],
)
def test_prose_and_what_is_mixed_is_no_table(text: str) -> None:
    assert of_lines({"a.log": text}) is None


def test_the_few_lines_that_differ_are_left_out_and_named() -> None:
    sheet = of_lines({"a.log": OVENS + "15:03 oven A7 batch 44 hot: 99\n"})
    assert sheet and sheet.rows == 20
    assert "1 line left out: '15:03 oven A7 batch 44 hot: 99'" in list(told(sheet, ""))


WORD = st.sampled_from(["up", "no", "C12", "a.b", "x=y", "[z]", "ERROR:", "12ms", "7", "(1)", "é|"])
CELLS = st.lists(WORD, min_size=2, max_size=6)


@given(st.lists(CELLS, min_size=3, max_size=12), st.sampled_from([" ", "  "]))
def test_whatever_the_lines_the_pattern_matches_nearly_all_and_loses_no_word(
    rows: list[list[str]], gap: str
) -> None:
    lines = [gap.join(row) for row in rows]
    pattern = pattern_of(lines)
    found = [re.fullmatch(pattern, line) for line in lines] if pattern else []
    assert sum(map(bool, found)) >= 0.9 * len(found)
    for match, line in zip(found, lines, strict=False):
        assert match is None or all(cell in line for cell in match.groupdict().values())


def test_a_program_over_a_folder_of_logs_begins_with_their_table(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"ovens/day-1.log": OVENS, "ovens/old/day-0.log": OVENS, "c.log": "no"})
    goal = "Which oven was the hottest? The logs are in the ovens folder."
    prefix = first_prefix(workspace, home, goal)
    table: Any = ran(prefix, workspace, monkeypatch)["ovens"]
    assert list(table.columns) == ["file", "time", "oven", "batch", "celsius"]
    assert len(table) == 40 and table["celsius"].max() == 238.5
    assert set(table["file"]) == {"ovens/day-1.log", "ovens/old/day-0.log"}
    assert "'oven': 'C19'" in prefix


def test_one_log_that_is_named_is_a_table_too(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"web.log": WEB})
    prefix = first_prefix(workspace, home, "Which request in web.log took the longest?")
    table: Any = ran(prefix, workspace, monkeypatch)["web"]
    assert table.loc[table["ms"].idxmax(), "path"] == "/"


def test_what_is_there_most_often_is_counted_of_the_rows_that_are_meant(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("import ok", "import failed", "backup ok", "backup ok", "backup ok", "import failed")
    text = "".join(f"12:0{n} job {one} after {n}s\n" for n, one in enumerate(lines))
    laid(workspace, {"jobs/a.log": text, "jobs/b.log": text})
    goal = "Which job failed most often according to the logs in jobs, and how many times?"
    ran(first_prefix(workspace, home, goal), workspace, monkeypatch)
    assert capsys.readouterr().out.split()[:3] == ["job", "import", "4"]


def test_a_folder_of_tables_with_the_same_columns_is_one_table(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(
        workspace,
        {
            "sales/2024-01.csv": "item;price\nchair;1,50\ntable;10,00\n",
            "sales/2024-02.csv": "item;price\nchair;2,50\n",
        },
    )
    goal = "What was the total price of all chairs in sales?"
    prefix = first_prefix(workspace, home, goal)
    table: Any = ran(prefix, workspace, monkeypatch)["sales"]
    assert list(table.columns) == ["item", "price", "file"]
    assert table["price"].sum() == 14.0
    assert list(table["file"]) == ["sales/2024-01.csv"] * 2 + ["sales/2024-02.csv"]
    laid(workspace, {"sales/2024-03.csv": "item;cost\nchair;2,50\n"})
    assert "pd." not in first_prefix(workspace, home, goal), "they are not alike"


def test_a_pattern_is_written_down_as_it_is(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"a.log": "".join(f'{n}:00 "it\'s" \\d+ {n}%\n' for n in range(10, 15))})
    prefix = first_prefix(workspace, home, "Which line in a.log has the most?")
    table: Any = ran(prefix, workspace, monkeypatch)["a"]
    assert list(table["percent"]) == [10, 11, 12, 13, 14]


# ── what a question asks for ─────────────────────────────────────────────────────────────────


@needs_sandbox
def test_a_question_for_a_file_is_not_answered_by_less(workspace: Path, home: Path) -> None:
    laid(workspace, {"ovens/day-1.log": OVENS, "ovens/day-0.log": OVENS.replace("C19", "C20")})
    goal = "Which oven in the ovens folder had batch 119, and which file says so first?"
    part = python("print('C20 had batch 119')")
    whole = python("print('C20 had batch 119, in ovens/day-0.log')")
    replies = (part, "```finish\nC20 had batch 119.\n```", whole, "```finish\nC20, day-0.log\n```")
    _, second, third, fourth = asked(workspace, home, goal, *replies)[:4]
    assert second.prefix == "```finish\n"
    said = "the goal asks for a file, and the answer names none: print it too"
    assert third.prefix.startswith("```python\n") and said in third.prefix
    assert fourth.prefix == "```finish\n"


@pytest.mark.parametrize(
    ("goal", "kinds"),
    [
        ("Which log file has it?", ("file",)),
        ("How many chairs were sold, and what file says so?", ("file", "number")),
        ("How much did it cost?", ("number",)),
        ("What do the files say of Ann?", ()),
        ("Which profile is the newest?", ()),
    ],
)
def test_what_kind_of_thing_a_question_asks_for(goal: str, kinds: tuple[str, ...]) -> None:
    assert asked_for(goal) == kinds


def test_lines_that_end_after_what_all_have_are_read_too() -> None:
    lines = [f"12:{n:02} INFO  job-{n % 3} ok" for n in range(8)]
    lines += ["12:30 ERROR job-1 no luck today", "12:31 WARN  job-2 slow"]
    found = re.fullmatch(pattern_of(lines), lines[-2])
    assert found and (found["level"], found["text"]) == ("ERROR", "no luck today")
