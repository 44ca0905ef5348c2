"""A small model changes a settings file by saying which of its lines read differently."""

import json
from pathlib import Path

import pytest
from small_plays import asked

from selfstarter.core.ports import Request
from selfstarter.scaffold.settings_lines import afterwards

GATEWAY = "# the gateway\n[up]\nretries = 1  # at most 5\nport = 80\n\n[down]\nport = 80\n"
GOAL = "In gateway.ini give down port 81 and up 3 retries. Leave everything else as it is."


def changed(*lines: tuple[str, str]) -> str:
    return json.dumps({"changes": [{"line": line, "new": new} for line, new in lines]})


def run(workspace: Path, home: Path, *replies: str, text: str = GATEWAY) -> list[Request]:
    (workspace / "gateway.ini").write_bytes(text.encode())
    return asked(workspace, home, GOAL, *replies)


def named(request: Request) -> list[str]:
    assert request.schema
    return request.schema["$defs"]["Changed"]["properties"]["line"]["enum"]


def test_each_line_of_the_reply_is_put_in_its_place(workspace: Path, home: Path) -> None:
    reply = changed(("3: retries = 1  # at most 5", "retries = 3"), ("7: port = 80", "port = 81"))
    first, *_ = run(workspace, home, reply)
    assert named(first)[:2] == ["1: # the gateway", "3: retries = 1  # at most 5"]
    assert "" not in named(first) and len(named(first)) == 4, "nor a heading: it says nothing"
    wanted = GATEWAY.replace("retries = 1", "retries = 3").replace(
        "[down]\nport = 80", "[down]\nport = 81"
    )
    assert (workspace / "gateway.ini").read_text() == wanted


def test_lines_end_as_they_did(workspace: Path, home: Path) -> None:
    text = "[up]\r\nretries = 1\r\n[down]\r\nport = 80"
    run(
        workspace,
        home,
        changed(("2: retries = 1", "2: retries = 3"), ("4: port = 80", "port = 81")),
        text=text,
    )
    assert (workspace / "gateway.ini").read_bytes() == b"[up]\r\nretries = 3\r\n[down]\r\nport = 81"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (changed(("9: port = 80", "port = 81")), "has no line '9: port = 80'"),
        (changed(("2: [up]", "retries = 3")), "not valid ini"),
        (changed(("1: # the gateway", "")), "was to stay as it was"),
        ("I would change the port.", "not the JSON asked for"),
        ('{"changes": []}', "not the JSON asked for"),
    ],
)
def test_what_would_not_meet_the_contract_is_never_written(
    workspace: Path, home: Path, reply: str, why: str
) -> None:
    good = changed(("7: port = 80", "port = 81"))
    _, second, *_ = run(workspace, home, reply, good)
    assert why in second.messages[-1].text
    assert (workspace / "gateway.ini").read_text() == GATEWAY[:-3] + "81\n"


def test_a_model_that_cannot_do_it_so_writes_a_program(workspace: Path, home: Path) -> None:
    requests = run(workspace, home, *["no"] * 4, "```finish\nno\n```")
    by_lines = [bool(request.schema) for request in requests]
    assert by_lines[0] and by_lines == sorted(by_lines, reverse=True), "it does not come back"
    assert "path = Path('gateway.ini')" in requests[by_lines.index(False)].prefix


@pytest.mark.parametrize(("name", "lines"), [("gateway.ini", 81), ("a.txt", 3), ("a.csv", 3)])
def test_long_files_texts_and_tables_are_changed_in_other_ways(
    workspace: Path, home: Path, name: str, lines: int
) -> None:
    (workspace / name).write_text("a = 1\n" * lines)
    first, *_ = asked(workspace, home, f"In {name} change a to 2.", "```finish\nno\n```")
    assert first.schema is None


@pytest.mark.parametrize(
    ("new", "was", "goal", "wanted"),
    [
        ("port = 81", "port = 80  # http", "give it port 81", "port = 81  # http"),
        ("port = 81  ; new", "port = 80  # http", "give it port 81", "port = 81  ; new"),
        ("   port: 81", "  port: 80", "give it port 81", "  port: 81"),
        ("port: 81", "  port: 80", "give it port 81", "  port: 81"),
        ("LOG=info", "CACHE=redis", "add LOG=info", "CACHE=redis\nLOG=info"),
        ("STORE=redis", "CACHE=redis", "rename CACHE to STORE", "STORE=redis"),
        ("port = 80\nhost = x", "port = 80  # http", "add a host", "port = 80\nhost = x"),
    ],
)
def test_what_a_small_model_leaves_out_of_a_line_is_kept(
    new: str, was: str, goal: str, wanted: str
) -> None:
    assert afterwards(new, was, goal) == wanted


@pytest.mark.parametrize(
    ("goal", "named"),
    [
        ("In app.ini let the cache keep 250 entries.", False),
        ("In app.ini add a section log.", True),
    ],
)
def test_the_heading_of_a_section_is_no_line_to_change(
    workspace: Path, home: Path, goal: str, named: bool
) -> None:
    (workspace / "app.ini").write_text("[cache]\nsize = 100\n")
    request = asked(workspace, home, goal, "no")[0]
    assert request.schema
    lines = request.schema["$defs"]["Changed"]["properties"]["line"]["enum"]
    assert lines == [*["1: [cache]"] * named, "2: size = 100"]


def test_words_of_a_text_are_put_right_line_by_line(workspace: Path, home: Path) -> None:
    (workspace / "about.txt").write_text("A small bakrey.\n\nOpen at five. Come and vist us!\n")
    reply = changed(
        ("1: A small bakrey.", "A small bakery."),
        ("3: Open at five. Come and vist us!", "Open at five. Come and visit us!"),
    )
    goal = "Fix the spelling mistakes in about.txt."
    first, *_ = asked(workspace, home, goal, reply)
    assert first.schema
    wanted = "A small bakery.\n\nOpen at five. Come and visit us!\n"
    assert (workspace / "about.txt").read_text() == wanted
