import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from selfstarter.core.ports import Result, Tool
from selfstarter.tools.files import file_tools
from selfstarter.tools.watched import WatchedFiles
from selfstarter.tools.workspace import Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def tools(root: Path) -> dict[str, Tool]:
    return {tool.name: tool for tool in file_tools(WatchedFiles(Workspace(root), {}))}


def call(tool: Tool, **args: Any) -> Result:
    return asyncio.run(tool(args, "run:1"))  # pyright: ignore[reportArgumentType, reportUnknownVariableType]


def test_the_labels_say_that_a_file_may_hold_anybodys_words_or_secrets(
    tools: dict[str, Tool],
) -> None:
    assert list(tools) == ["list_files", "read_file", "write_file", "edit_file", "search_files"]
    for name in ("list_files", "read_file", "search_files"):
        tool = tools[name]
        assert (tool.effect, tool.reads_untrusted, tool.reads_private) == ("read", True, True)
    assert {tools["write_file"].effect, tools["edit_file"].effect} == {"repeatable"}
    assert not any(tool.egress for tool in tools.values())


def test_listing_gives_sizes_and_narrows_by_folder_and_pattern(
    root: Path, tools: dict[str, Tool]
) -> None:
    for path in ("a.py", "b.txt", "src/c.py", "src/deep/d.py", "src2/e.py"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x" * 1234)
    ls = tools["list_files"]
    assert call(ls).output.splitlines()[0] == "a.py  1,234"
    assert call(ls, path="./src/").output.split()[::2] == ["src/c.py", "src/deep/d.py"]
    for pattern in ("*.py", "**/*.py"):
        found = call(ls, pattern=pattern).output.split()[::2]
        assert found == ["a.py", "src/c.py", "src/deep/d.py", "src2/e.py"]
    assert call(ls, pattern="*.md").status == "empty"
    assert not call(ls, path="lib").next_action
    assert call(ls, path="/workspace/src").next_action.startswith("Paths are relative")


def test_a_long_listing_says_how_many_are_left_out(root: Path, tools: dict[str, Tool]) -> None:
    for n in range(230):
        (root / f"{n:03}").touch()
    lines = call(tools["list_files"]).output.splitlines()
    assert len(lines) == 201
    assert lines[-1] == "[30 more; narrow it by path or pattern]"


def test_reading_says_which_lines_of_how_many_and_how_to_go_on(
    root: Path, tools: dict[str, Tool]
) -> None:
    (root / "a").write_text("".join(f"line {n}\n" for n in range(1, 501)))
    result = call(tools["read_file"], path="a", start=3, lines=2)
    assert result.output == "[a: lines 3-4 of 500]\nline 3\nline 4"
    assert result.next_action == "For more: start=5."
    assert call(tools["read_file"], path="a", start=499).next_action == ""
    assert call(tools["read_file"], path="a", start=501).output == "a has only 500 lines."
    (root / "b").touch()
    assert call(tools["read_file"], path="b").status == "empty"


def test_a_page_of_long_lines_ends_early_and_a_very_long_line_is_cut(
    root: Path, tools: dict[str, Tool]
) -> None:
    (root / "a").write_text(("x" * 3_000 + "\n") * 5 + "y" * 50_000)
    result = call(tools["read_file"], path="a")
    assert result.output.startswith("[a: lines 1-2 of 6]")
    assert result.next_action == "For more: start=3."
    result = call(tools["read_file"], path="a", start=6)
    assert result.output.endswith("[42,000 more characters in this line]")


def test_what_is_not_text_is_refused_with_its_kind(root: Path, tools: dict[str, Tool]) -> None:
    (root / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 90)
    result = call(tools["read_file"], path="a.png")
    assert result.status == "permanent"
    assert "a PNG image, 98 bytes" in result.error


def test_html_is_read_as_text_and_with_raw_as_markup(root: Path, tools: dict[str, Tool]) -> None:
    (root / "a.html").write_text("<h1>Title</h1><p>One &amp; two")
    text = call(tools["read_file"], path="a.html").output
    assert "# Title" in text and "One & two" in text and "raw=true" in text
    assert "<h1>Title" in call(tools["read_file"], path="a.html", raw=True).output


def test_x18_a_long_file_is_read_up_to_the_limit_with_a_note(
    root: Path, tools: dict[str, Tool]
) -> None:
    with (root / "long.txt").open("wb") as long:
        long.write(b"word\n" * 10)
        long.seek(200 << 20)
        long.write(b"end")
    (root / "text.txt").write_bytes(b"word\n" * 1_000_000)
    assert "binary" in call(tools["read_file"], path="long.txt").error
    assert "the file is longer, 2,097,152 bytes were read" in (
        call(tools["read_file"], path="text.txt").output
    )


def test_writing_says_the_size_and_what_it_replaced(root: Path, tools: dict[str, Tool]) -> None:
    first = call(tools["write_file"], path="d/a.txt", content="één\n")
    assert first.output == "Wrote d/a.txt: 6 bytes, 1 lines (new file)."
    assert first.written == ("d/a.txt",)
    second = call(tools["write_file"], path="d/a.txt", content="")
    assert second.output == "Wrote d/a.txt: 0 bytes, 0 lines (replaced 6 bytes)."
    assert (root / "d/a.txt").read_bytes() == b""


def test_x01_refusals_of_the_workspace_reach_the_model(root: Path, tools: dict[str, Tool]) -> None:
    result = call(tools["write_file"], path="../x.py", content="x")
    assert result.status == "denied"
    assert "does not go up" in result.error
    assert not (root.parent / "x.py").exists()


CODE = "def a():\n    return 1\n\n\ndef b():\n    return 2\n"


def test_an_edit_replaces_the_one_match_and_shows_its_surroundings(
    root: Path, tools: dict[str, Tool]
) -> None:
    (root / "m.py").write_text(CODE)
    result = call(tools["edit_file"], path="m.py", old="return 2", new="return 3")
    assert (root / "m.py").read_text() == CODE.replace("return 2", "return 3")
    assert result.written == ("m.py",)
    assert result.output.endswith("[lines 1-6 of 6]\n" + CODE.replace("2", "3").strip())


def test_the_window_of_an_edit_has_ten_lines(root: Path, tools: dict[str, Tool]) -> None:
    (root / "a").write_text("".join(f"n{n}.\n" for n in range(1, 101)))
    shown = call(tools["edit_file"], path="a", old="n50.", new="changed").output.splitlines()
    assert len(shown) == 12 and "changed" in shown
    assert shown[1] == "[lines 45-54 of 100]"


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("return", "2 times, not once"),
        ("retrun 2", "0 times. Nearest is line 6: '    return 2'"),
        ("something else altogether", "0 times."),
    ],
)
def test_an_edit_without_one_match_says_how_often_and_what_is_nearest(
    root: Path, tools: dict[str, Tool], old: str, said: str
) -> None:
    (root / "m.py").write_text(CODE)
    result = call(tools["edit_file"], path="m.py", old=old, new="yield")
    assert result.status == "permanent"
    assert said in result.error
    assert result.next_action
    assert (root / "m.py").read_text() == CODE


def test_replace_all_replaces_each(root: Path, tools: dict[str, Tool]) -> None:
    (root / "m.py").write_text(CODE)
    result = call(tools["edit_file"], path="m.py", old="return", new="yield", replace_all=True)
    assert "(2 times)" in result.output
    assert (root / "m.py").read_text() == CODE.replace("return", "yield")


@pytest.mark.parametrize(
    ("old", "new", "every"),
    [
        ("return 2", "return 3", False),
        ("def b():\n", 'def b():\n    """Two."""\n', False),
        ("def a():", "import os\n\n\ndef a():", False),
        ("return", "yield", True),
        ("return 1", "return 1 + 1", False),
    ],
)
def test_the_same_edit_after_a_crash_is_reported_as_done_and_not_done_twice(
    root: Path, tools: dict[str, Tool], old: str, new: str, every: bool
) -> None:
    (root / "m.py").write_text(CODE)
    first = call(tools["edit_file"], path="m.py", old=old, new=new, replace_all=every)
    assert first.written
    after = (root / "m.py").read_bytes()
    again = call(tools["edit_file"], path="m.py", old=old, new=new, replace_all=every)
    assert again.status == "ok" and again.output.startswith("Already applied")
    assert again.written == ()
    assert (root / "m.py").read_bytes() == after


def test_a_deletion_that_finds_nothing_says_that_it_may_be_done(
    root: Path, tools: dict[str, Tool]
) -> None:
    (root / "m.py").write_text(CODE)
    assert call(tools["edit_file"], path="m.py", old="\n\ndef b():\n    return 2\n", new="").written
    again = call(tools["edit_file"], path="m.py", old="\n\ndef b():\n    return 2\n", new="")
    assert again.status == "empty"
    assert "nothing to delete" in again.output


def test_an_edit_keeps_line_ends_and_byte_order_mark(root: Path, tools: dict[str, Tool]) -> None:
    (root / "w.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\nthree\r\n")
    call(tools["edit_file"], path="w.txt", old="one\ntwo\n", new="1\n2\n")
    assert (root / "w.txt").read_bytes() == b"\xef\xbb\xbf1\r\n2\r\nthree\r\n"


def test_a_search_gives_path_and_line_and_minds_case_only_as_a_pattern(
    root: Path, tools: dict[str, Tool]
) -> None:
    (root / "a.txt").write_text("one\nTwo (2)\n")
    (root / "b.py").write_text("two = 2\n")
    (root / "c.bin").write_bytes(b"two\0")
    find = tools["search_files"]
    assert call(find, text="two").output == "a.txt:2: Two (2)\nb.py:1: two = 2"
    assert call(find, text="two", pattern="*.py").output == "b.py:1: two = 2"
    assert call(find, text="two", regex=True).output == "b.py:1: two = 2"
    assert call(find, text=r"^T\w+ \(\d\)$", regex=True).output == "a.txt:2: Two (2)"
    assert call(find, text="(2)").output == "a.txt:2: Two (2)"
    assert call(find, text="three").status == "empty"
    assert "not a regular expression" in call(find, text="(", regex=True).error


def test_a_search_stops_at_a_hundred_lines(root: Path, tools: dict[str, Tool]) -> None:
    (root / "a.txt").write_text("same\n" * 500)
    lines = call(tools["search_files"], text="same").output.splitlines()
    assert len(lines) == 101
    assert lines[-1].startswith("[more than 100")


def test_no_regular_expression_runs_for_ever(root: Path, tools: dict[str, Tool]) -> None:
    (root / "a.txt").write_text("a" * 5_000 + "!\n")
    began = time.monotonic()
    assert call(tools["search_files"], text="^(a+)+$", regex=True).status == "empty"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("encoding", ["gb18030", "cp950", "cp1252", "utf-16"])
def test_text_that_is_not_utf8_is_read_as_what_it_is_and_that_is_said(
    root: Path, tools: dict[str, Tool], encoding: str
) -> None:
    text = "Größe;Müller\n" if encoding == "cp1252" else "姓名;城市\n王;北京\n"
    word = text.splitlines()[-1].partition(";")[2]
    data = text.encode(encoding)
    (root / "a.csv").write_bytes(data)
    read = call(tools["read_file"], path="a.csv").output
    assert text.strip() in read and f"read as {encoding}]" in read
    found = call(tools["search_files"], text=word).output
    assert word in found and found.endswith(f"[a.csv is read as {encoding}]")
    for change in (
        call(tools["edit_file"], path="a.csv", old=word, new="x"),
        call(tools["write_file"], path="a.csv", content="x", append=True),
    ):
        assert encoding in change.error and (root / "a.csv").read_bytes() == data


def test_of_utf8_nothing_is_said(root: Path, tools: dict[str, Tool]) -> None:
    (root / "a.csv").write_bytes("Größe;Müller\n".encode("utf-8-sig"))
    assert call(tools["read_file"], path="a.csv").output == "[a.csv: lines 1-1 of 1]\nGröße;Müller"
    assert call(tools["search_files"], text="Müller").output == "a.csv:1: Größe;Müller"


def test_one_wrong_byte_is_told_of_and_kept(root: Path, tools: dict[str, Tool]) -> None:
    data = "Größe\n各供应商\n".encode() + b"\xff\n"
    (root / "a.txt").write_bytes(data)
    assert "Größe\n各供应商" in call(tools["read_file"], path="a.txt").output
    said = call(tools["edit_file"], path="a.txt", old="Größe", new="x").error
    assert "not UTF-8 throughout (it is read as utf-8)" in said
    assert (root / "a.txt").read_bytes() == data
