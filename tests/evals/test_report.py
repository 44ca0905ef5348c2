"""What is published is made from the files of results, and says where we lose."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from selfstarter.evals.report import compare, report
from selfstarter.evals.results import Results
from selfstarter.evals.running import Result

ONE = Result(
    task="t", family="count", attempt=1, passed=True, ending="done", reason="right", steps=2,
    calls=3, input=900, output=100, seconds=1.0, run_id="r", answer="", level=1, cached=450,
)  # fmt: skip
STEP: dict[str, Any] = {
    "steps": 1000, "cpu_ms_a_step": 4.0, "cpu_ms_a_late_step": 4.1, "stack_growth": 0,
    "rss_growth_mb": 1.0, "prompt_chars_at_20": 4000, "prompt_chars_at_300": 9000,
    "reevaluated": 0.03,
}  # fmt: skip
BENCH: dict[str, Any] = {
    "machine": {"date": "2026-11-28", "commit": "abc", "python": "3.11", "system": "Linux",
                "cores": 2, "load_1_min": 9.0},
    "steps": {"ours": STEP, "quick": {**STEP, "cpu_ms_a_step": 2.0}},
    "starts_cpu_s": {"quick": 1.5},
    "left_out": {"absent": "no wheel"},
}  # fmt: skip


def kept(file: Path, *results: Result, model: str = "local") -> Path:
    found = Results("core", model, file)
    for one in results:
        if one.agent != "ours":
            found.versions[one.agent] = "9.9"
        found.add(one)
    return file


def test_the_page_holds_every_agent_and_where_we_lose(tmp_path: Path) -> None:
    lost = replace(ONE, task="u", passed=False)
    peer = replace(ONE, agent="rival", input=400)
    kept(tmp_path / "core.jsonl", ONE, lost, peer, replace(peer, task="u"))
    (tmp_path / "steps.json").write_text(json.dumps(BENCH), "utf-8")
    out = tmp_path / "results.md"
    ran = CliRunner().invoke(report, [str(tmp_path), "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    text = out.read_text("utf-8")
    assert "| ours | 1 of 2 | 50% (9% to 91%) | 1 |" in text
    assert "`evals ours=0.50 best_peer=1.00:rival false_done=0.50 tokens_ratio=4.00`" in text
    assert "rival is more often right in u." in text
    assert "rival needs 500 tokens for a solved task, we 2,000." in text
    assert "rival is falsely done in 0% of its runs, we in 50%." in text
    assert "Versions: rival 9.9." in text
    assert "make evals SUITE=core N=1 AGENTS=ours,rival" in text
    assert "quick takes 2.00 ms a step, we 4.00" in text
    assert "Left out: absent (no wheel)." in text
    assert "2026-11-28, commit abc" in text
    assert "1.50" in text


def test_where_we_lose_nowhere_it_says_so(tmp_path: Path) -> None:
    kept(tmp_path / "core.jsonl", ONE, replace(ONE, agent="rival", passed=False, input=5_000))
    assert "Nowhere in this set." in CliRunner().invoke(report, [str(tmp_path)]).output


def test_without_results_it_says_so_and_what_is_none_is_named(tmp_path: Path) -> None:
    assert "Nothing has been measured yet." in CliRunner().invoke(report, [str(tmp_path)]).output
    (tmp_path / "steps.json").write_text("{}", "utf-8")
    ran = CliRunner().invoke(report, [str(tmp_path)])
    assert (ran.exit_code, "steps.json is no result" in ran.stderr) == (7, True)
    (tmp_path / "steps.json").unlink()
    (tmp_path / "core.jsonl").write_text("hello\n", "utf-8")
    ran = CliRunner().invoke(report, [str(tmp_path)])
    assert (ran.exit_code, "holds no results" in ran.stderr) == (7, True)


def test_two_files_are_compared_where_they_hold_the_same_runs(tmp_path: Path) -> None:
    other = replace(ONE, task="u", passed=False)
    before = kept(tmp_path / "a.jsonl", ONE, other, replace(ONE, task="only here"))
    after = kept(
        tmp_path / "b.jsonl", ONE, replace(other, passed=True), replace(ONE, task="there"),
        model="big",
    )  # fmt: skip
    ran = CliRunner().invoke(compare, [str(before), str(after)])
    assert "| u, ours | 0/1 | 1/1 |" in ran.output
    assert ran.output.splitlines()[-1] == ("compare before=0.50 after=1.00 better=1 worse=0 same=1")
    assert CliRunner().invoke(compare, [str(after), str(before)]).output.splitlines()[-1] == (
        "compare before=1.00 after=0.50 better=0 worse=1 same=1"
    )
    nothing = kept(tmp_path / "c.jsonl", replace(ONE, task="v"))
    ran = CliRunner().invoke(compare, [str(before), str(nothing)])
    assert (ran.exit_code, "no run in common" in ran.stderr) == (7, True)


def test_the_page_in_docs_is_that_of_the_results() -> None:
    root = Path(__file__).resolve().parents[2]
    wanted = CliRunner().invoke(report, [str(root / "bench" / "results")]).output
    page = root / "docs" / "results.md"
    assert page.read_text("utf-8").strip() == wanted.strip(), "run: make results"
