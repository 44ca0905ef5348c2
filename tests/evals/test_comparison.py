"""Agents beside one another, as a person starts it; and results that outlive a power cut."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result as Ran

from selfstarter.core.events import Ending
from selfstarter.evals.__main__ import command
from selfstarter.evals.comparison import last_line, markdown, score
from selfstarter.evals.page import page
from selfstarter.evals.results import Results
from selfstarter.evals.running import Result

SKETCH: dict[str, Any] = {
    "outcome": "missing.txt is there",
    "files": [],
    "assumptions": [],
    "document": False,
}
LAST_LINE = r"evals ours=\d\.\d\d best_peer=\d\.\d\d:\w+ false_done=\d\.\d\d tokens_ratio=\d+\.\d\d"


def result(agent: str, passed: bool, tokens: int = 1_000, ending: Ending = "done") -> Result:
    return Result(
        task="t", family="count", attempt=1, passed=passed, ending=ending,
        reason="it is <b>not</b>", steps=2, calls=3,
        input=tokens - 100, output=100, seconds=1.0, run_id="r", answer="",
        agent=agent, level=2, cached=450,
    )  # fmt: skip


BOTH = [
    *(result("ours", True) for _ in range(3)),
    result("ours", False, ending="stuck"),
    *(result("bare", passed, 4_000) for passed in (True, False, False, False)),
]


def test_the_last_line_says_who_is_better_and_at_what_price() -> None:
    wanted = "evals ours=0.75 best_peer=0.25:bare false_done=0.00 tokens_ratio=0.08"
    assert last_line(BOTH) == wanted
    worse = [*BOTH, *(result("worse", False) for _ in range(4))]
    assert last_line(worse) == wanted
    only = [one for one in BOTH if one.agent == "ours"]
    assert "best_peer=0.00:none" in last_line(only)
    assert "tokens_ratio=0.00" in last_line([result("ours", False), result("bare", True)])
    assert re.fullmatch(LAST_LINE, last_line([]))


def test_a_score_counts_what_was_falsely_done() -> None:
    one = score("bare", BOTH)
    assert (one.runs, one.passed, one.false_done, one.said_done) == (4, 1, 3, 4)
    assert one.tokens_per_solved == 16_000
    assert one.cached == pytest.approx(450 / 3_900)  # pyright: ignore[reportUnknownMemberType]
    assert score("nobody", BOTH).interval == (0.0, 1.0)


def test_the_page_needs_nothing_but_itself_and_takes_no_markup_from_results() -> None:
    text = page("core: <x>", BOTH, ["A note."])
    assert "https://" not in text
    assert "<script" not in text
    assert "<b>not" not in text
    assert "it is &lt;b&gt;not" in text
    assert text.count("<rect") == 4  # each agent, overall and in its level
    assert "| bare | 1 of 4 | 25% (5% to 70%) | 3 | 75% |" in markdown("core", BOTH, [])


def evaluate(tmp_path: Path, *args: str, fail: str = "") -> Ran:
    script = tmp_path / f"script{fail}.json"
    finish = {"call": {"tool": "finish", "args": {"summary": "Done."}}}
    replies: list[dict[str, Any]] = [
        {"for": "draft", "json": SKETCH},
        {"for": "plan", "json": {"tasks": [{"title": "look"}]}},
        {"for": "wrap_up", "text": "It did not work out."},
        {"text": "Done.", **finish},
    ]
    script.write_text(json.dumps(replies), "utf-8")
    argv = ["core", "--only", "shelf-and-book", "--model", f"scripted:{script}", *args]
    return CliRunner().invoke(command, argv)


def test_an_evaluation_that_was_cut_short_goes_on_where_it_was(tmp_path: Path) -> None:
    file, html = tmp_path / "deep" / "core.jsonl", tmp_path / "core.html"
    argv = ["--agents", "ours,bare", "--attempts", "2", "--results", str(file)]
    ran = evaluate(tmp_path, *argv)
    assert ran.exit_code == 0, ran.output
    whole = file.read_text("utf-8").splitlines()
    assert [json.loads(line)["agent"] for line in whole] == ["ours", "bare"] * 2
    file.write_text(f"{whole[0]}\n{whole[1][:40]}", "utf-8")  # the power went here
    again = evaluate(tmp_path, *argv, "--html", str(html))
    assert again.exit_code == 0, again.output
    assert [line[:14].split() for line in again.stderr.splitlines()] == [
        ["bare", "[2/4]"], ["ours", "[3/4]"], ["bare", "[4/4]"]
    ]  # fmt: skip
    assert len(file.read_text("utf-8").splitlines()) == 4
    assert re.fullmatch(LAST_LINE, again.stdout.splitlines()[-1])
    assert "best_peer=0.00:bare" in again.stdout
    assert "| shelf-and-book | 0/2 | 0/2" in again.stdout
    assert "State of the code: " in html.read_text("utf-8")
    nothing_left = evaluate(tmp_path, *argv)
    assert nothing_left.stderr == ""


def test_a_result_may_hold_any_text_and_be_cut_off_anywhere(tmp_path: Path) -> None:
    file = tmp_path / "core.jsonl"
    said = replace(result("ours", True), answer="Müller\u2028Ortiz\x85Abel\r\n\u2029")
    Results("core", "m", file).add(said)
    line = file.read_bytes()
    inside = line.index("ü".encode()) + 1
    file.write_bytes(line + line[:inside])  # the power went in the middle of a letter
    found = Results("core", "m", file)
    found.read()
    assert found.listed == [said]
    assert file.read_bytes() == line


def test_results_of_something_else_are_not_mixed_in(tmp_path: Path) -> None:
    file = tmp_path / "core.jsonl"
    assert evaluate(tmp_path, "--results", str(file)).exit_code == 0
    other = evaluate(tmp_path, "--results", str(file), fail="-other")
    assert other.exit_code == 7
    assert "Name another file" in other.stderr
    file.write_text('{"set": "core"}\n', "utf-8")
    damaged = evaluate(tmp_path, "--results", str(file))
    assert damaged.exit_code == 7
    assert "line 1" in damaged.stderr


def test_results_of_two_states_of_the_code_are_said_to_be(tmp_path: Path) -> None:
    file = tmp_path / "core.jsonl"
    evaluate(tmp_path, "--results", str(file))
    row = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**row, "state": "earlier"}) + "\n", "utf-8")
    both = evaluate(tmp_path, "--results", str(file), "--agents", "ours", "--attempts", "2")
    assert "of 2 states of the code: earlier (1), " in both.stdout


def test_an_agent_that_is_not_known_is_named(tmp_path: Path) -> None:
    ran = evaluate(tmp_path, "--agents", "ours,nobody")
    assert ran.exit_code == 2
    assert "nobody is none of ours, bare" in ran.output
