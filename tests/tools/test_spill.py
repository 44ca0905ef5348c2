import asyncio
from pathlib import Path
from typing import Any

import pytest

from selfstarter.core.ports import Result, Tool
from selfstarter.tools.define import tool
from selfstarter.tools.spill import Spill, read_result_of, spilling

LONG = "".join(f"line {n} of a long output\n" for n in range(1, 2_001))


@pytest.fixture
def spill(tmp_path: Path) -> Spill:
    return Spill(tmp_path / "run" / "results")


@tool(effect="once", reads_untrusted=True, egress=True)
async def say(text: str) -> Result:
    """Say it."""
    return Result("permanent", text, error="exit status 1", written=("a",))


def call(wanted: Tool, key: str = "folder:run:7", **args: Any) -> Result:
    return asyncio.run(wanted(args, key))  # pyright: ignore[reportArgumentType, reportUnknownVariableType]


def test_a_short_output_is_left_alone(spill: Spill) -> None:
    result = call(spilling(say, spill), text="short")
    assert (result.output, result.spilled) == ("short", "")
    assert not spill.folder.exists()


def test_a_long_output_is_kept_whole_and_shown_by_head_and_tail(spill: Spill) -> None:
    result = call(spilling(say, spill), text=LONG)
    assert result.spilled == "7"
    assert len(result.output) < 4_400
    lines = result.output.splitlines()
    assert lines[0] == "line 1 of a long output" and lines[-1] == "line 2000 of a long output"
    (note,) = [line for line in lines if line.startswith("[")]
    assert f"of {len(LONG):,} characters" in note and "read_result with id='7'" in note
    assert all(line in LONG.splitlines() for line in lines if line != note)
    assert spill.read("7") == LONG


def test_the_note_names_the_lines_that_are_left_out(spill: Spill) -> None:
    lines = call(spilling(say, spill), text=LONG).output.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("["))
    first, last = int(lines[at - 1].split()[1]) + 1, int(lines[at + 1].split()[1])
    assert f"lines {first:,} to {last:,};" in lines[at]


def test_status_error_and_paths_pass_through(spill: Spill) -> None:
    wrapped = spilling(say, spill)
    result = call(wrapped, text=LONG)
    assert (result.status, result.error, result.written) == (
        "permanent",
        "exit status 1",
        ("a",),
    )
    assert (wrapped.name, wrapped.does, wrapped.effect) == ("say", "Say it.", "once")
    assert (wrapped.reads_untrusted, wrapped.reads_private, wrapped.egress) == (True, False, True)
    assert wrapped.parameters == say.parameters


def test_one_endless_line_is_cut_too(spill: Spill) -> None:
    result = spill.keep("1", "[\n" + "x" * 1_000_000)
    assert 3_900 < len(result.output) < 4_400


def test_kept_results_are_for_the_owner_only(spill: Spill) -> None:
    spill.keep("3", LONG)
    assert spill.folder.stat().st_mode & 0o777 == 0o700
    assert [p.stat().st_mode & 0o777 for p in spill.folder.iterdir()] == [0o600]


def test_the_same_call_again_replaces_what_it_left(spill: Spill) -> None:
    spill.keep("3", LONG)
    spill.keep("3", LONG.upper())
    assert spill.read("3") == LONG.upper()
    assert len(list(spill.folder.iterdir())) == 1


def test_a_kept_result_is_read_by_lines(spill: Spill) -> None:
    spill.keep("3", LONG)
    read = read_result_of(spill)
    result = call(read, id="3", start=1_000, lines=2)
    assert result.output == (
        "[result 3: lines 1,000-1,001 of 2,000]\nline 1000 of a long output\n"
        "line 1001 of a long output"
    )
    assert result.next_action == "For more: start=1002."
    assert call(read, id="3", start=5_000).status == "empty"
    assert not call(spilling(read, spill), id="3", lines=500).spilled, "it would never end"


@pytest.mark.parametrize("id", ["4", "../../secret", "/etc/passwd", "", "3.txt", "a\0", "é"])
def test_a_handle_that_was_never_given_reaches_nothing(spill: Spill, id: str) -> None:
    spill.keep("3", LONG)
    (spill.folder.parent / "secret.txt").write_text("secret")
    result = call(read_result_of(spill), id=id)
    assert (result.status, result.output) == ("permanent", "")


@pytest.mark.parametrize("call_id", ["../../x", "a/b", "", "..", "é", "x" * 300])
def test_whatever_the_call_is_named_the_file_lies_in_the_folder(spill: Spill, call_id: str) -> None:
    handle = spill.keep(call_id, LONG).spilled
    assert spill.read(handle) == LONG
    assert [p.parent for p in spill.folder.parent.rglob("*.txt")] == [spill.folder]
