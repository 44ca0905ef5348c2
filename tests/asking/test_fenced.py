"""Calls as models write them: one fenced block, or JSON of the shapes that are about."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.asking.fenced import call_in, shown
from selfstarter.core.ports import WantedCall

PRINT = WantedCall("run_python", {"code": "print(1)"})
LOOK = WantedCall("read_file", {"path": "a.txt"})
DONE = WantedCall("finish", {"summary": "Done."})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # code
        ("```python\nprint(1)\n```", PRINT),
        ("```py\nprint(1)\n```", PRINT),
        ("```Python\nprint(1)\n```", PRINT),
        ("```tool_code\nprint(1)\n```", PRINT),
        ("``` python\nprint(1)\n```", PRINT),
        ("```python main.py\nprint(1)\n```", PRINT),
        ("I will print.\n\n```python\nprint(1)\n```\nThat prints 1.", PRINT),
        ("```python\nprint(1)", PRINT),
        ("```python\nprint(1)```", PRINT),
        (
            "```python\nif 1:\n    print(1)\n```",
            WantedCall("run_python", {"code": "if 1:\n    print(1)"}),
        ),
        ("```bash\nls -l\n```", WantedCall("run_shell", {"command": "ls -l"})),
        ("```sh\nls\n```", WantedCall("run_shell", {"command": "ls"})),
        # files
        ("```file a.txt\nx\n```", WantedCall("write_file", {"path": "a.txt", "content": "x\n"})),
        ("```write a.txt\nx\n```", WantedCall("write_file", {"path": "a.txt", "content": "x\n"})),
        (
            "```file my notes.txt\nx\n\ny\n```",
            WantedCall("write_file", {"path": "my notes.txt", "content": "x\n\ny\n"}),
        ),
        ("```read a.txt\n```", LOOK),
        ("```read\na.txt\n```", LOOK),
        # the end
        ("```finish\nDone.\n```", DONE),
        ("```finish Done.\n```", DONE),
        ("```finish\nDone.", DONE),
        # JSON
        ('```json\n{"tool": "read_file", "args": {"path": "a.txt"}}\n```', LOOK),
        ('```\n{"tool": "read_file", "args": {"path": "a.txt"}}\n```', LOOK),
        ('{"tool": "read_file", "args": {"path": "a.txt"}}', LOOK),
        ('{"name": "read_file", "arguments": {"path": "a.txt"}}', LOOK),
        ('{"name": "read_file", "arguments": "{\\"path\\": \\"a.txt\\"}"}', LOOK),
        ('{"action": "read_file", "parameters": {"path": "a.txt"}}', LOOK),
        ('{"function": {"name": "read_file", "arguments": {"path": "a.txt"}}}', LOOK),
        ('I read. {"tool": "read_file", "args": {"path": "a.txt"}} Then I go on.', LOOK),
        ('<tool_call>\n{"name": "read_file", "arguments": {"path": "a.txt"}}\n</tool_call>', LOOK),
        ('```json\n{"tool": "finish", "args": {"summary": "Done."}}\n```', DONE),
        ('{"tool": "list_files"}', WantedCall("list_files", {})),
        # more than one
        ("```python\nprint(1)\n```\n```finish\nDone.\n```", PRINT),
        ("```python\n\n```\n```finish\nDone.\n```", DONE),
        ("```text\nas I said\n```\n```read a.txt\n```", LOOK),
    ],
)
def test_a_call_is_understood(text: str, wanted: WantedCall) -> None:
    assert call_in(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am thinking about it.",
        "```",
        "```\n```",
        "```file\nno name\n```",
        "```read\n```",
        "```text\nprint(1)\n```",
        "{}",
        '{"x": 1}',
        "[1, 2]",
        '{"tool": 3, "args": {}}',
        '{"tool": "x", "args": [1]}',
        '{"tool": "x", "arguments": "not json"}',
        '{"tool": "x", "args": {"a": 1}',
        '{"a":' * 50_000,
        '{"a":' + "[" * 50_000,
        '{"tool": "x", "args": "' + "[" * 50_000 + '"}',
    ],
)
def test_what_is_no_call_is_none(text: str) -> None:
    assert call_in(text) is None


SAFE = st.text(st.characters(exclude_characters="`\r", exclude_categories=["Cs"]), min_size=1)
WORD = st.from_regex(r"[a-z][a-z0-9_/]{0,9}\.[a-z]{1,3}", fullmatch=True)


@given(path=WORD, content=SAFE)
def test_a_file_comes_back_from_its_block_as_it_was(path: str, content: str) -> None:
    args = {"path": path, "content": content.rstrip() + "\n"}
    assert call_in(shown("write_file", args)) == WantedCall("write_file", args)


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        ("run_python", {"code": "x = 1\nprint(x)"}),
        ("run_shell", {"command": "ls -l | wc"}),
        ("read_file", {"path": "a/b.txt"}),
        ("finish", {"summary": "It is 4.\nAll of it."}),
        ("edit_file", {"path": "a", "old": "é", "new": "b\nc"}),
        ("search_files", {"text": '"{}"', "regex": True}),
    ],
)
def test_a_call_is_shown_as_the_block_that_would_make_it(tool: str, args: dict[str, Any]) -> None:
    assert call_in(shown(tool, args)) == WantedCall(tool, args)


PIECES = st.sampled_from(["```", "python\n", "file a", "\n", '{"tool": ', '"x"', "}", "[", "json"])


@given(st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_whatever_a_model_writes_is_a_call_or_none(text: str) -> None:
    found = call_in(text)
    assert found is None or (found.tool and isinstance(found.args, dict))
