"""Calls in the markup of the models' own templates, where no server has read them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.asking.written_calls import calls_in, unread
from selfstarter.core.ports import ToolSpec, WantedCall
from selfstarter.models.in_words import told, written

KNOWN = ("read_file", "run_shell")
READ = ("read_file", {"path": "a.csv"})
RUN = ("run_shell", {"command": "ls\nwc -l a.csv"})


def read(text: str) -> tuple[str, list[tuple[str, object]]]:
    said, calls = calls_in(text, KNOWN)
    return said, [(call.tool, call.args) for call in calls]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (
            '<tool_call>\n{"name": "read_file", "arguments": {"path": "a.csv"}}\n</tool_call>',
            [READ],
        ),
        (
            '<tool_call>{"name": "read_file", "arguments": {"path": "a.csv"}}</tool_call>\n'
            '<tool_call>{"name": "run_shell", "arguments": {"command": "ls\\nwc -l a.csv"}}',
            [READ, RUN],
        ),
        ('<tool_call>{"name": "read_file", "arguments": "{\\"path\\": \\"a.csv\\"}"}', [READ]),
        (
            "<tool_call>\n<function=run_shell>\n<parameter=command>\nls\nwc -l a.csv\n</parameter>"
            "\n</function>\n</tool_call>",
            [RUN],
        ),
        ('<function=read_file>{"path": "a.csv"}</function>', [READ]),
        ('[TOOL_CALLS][{"name": "read_file", "arguments": {"path": "a.csv"}}]', [READ]),
        ('[TOOL_CALLS]read_file[ARGS]{"path": "a.csv"}', [READ]),
        ('<|python_tag|>{"name": "read_file", "parameters": {"path": "a.csv"}}<|eom_id|>', [READ]),
        ('<|python_tag|>read_file(path="a.csv")', [READ]),
        ('[read_file(path="a.csv"), run_shell(command="ls\\nwc -l a.csv")]', [READ, RUN]),
        ('```tool_code\nread_file(path="a.csv")\n```', [READ]),
        ('```json\n{"name": "read_file", "arguments": {"path": "a.csv"}}\n```', [READ]),
        ('{"type": "function", "name": "read_file", "parameters": {"path": "a.csv"}}', [READ]),
        (
            "<|channel|>commentary to=functions.read_file <|constrain|>json<|message|>"
            '{"path": "a.csv"}<|call|>',
            [READ],
        ),
        (
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0"
            '<|tool_call_argument_begin|>{"path": "a.csv"}<|tool_call_end|>',
            [READ],
        ),
        (
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read_file\n```json\n"
            '{"path": "a.csv"}\n```<｜tool▁call▁end｜>',
            [READ],
        ),
        (
            '<｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path": "a.csv"}<｜tool▁call▁end｜>',
            [READ],
        ),
        (
            "<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a.csv</arg_value>\n</tool_call>",
            [READ],
        ),
        ('<invoke name="read_file"><parameter name="path">a.csv</parameter></invoke>', [READ]),
        ("<think>I could call read_file(path='b').</think>\n[read_file(path='a.csv')]", [READ]),
        (
            '<think>Where is it?\n<tool_call>{"name":"read_file","arguments":{"path":"a.csv"}}',
            [READ],
        ),
    ],
)
def test_every_form_is_read(text: str, calls: object) -> None:
    assert read(text) == ("", calls)


@pytest.mark.parametrize("mark", ["<tool_call>", "", "```json\n"])
def test_what_was_said_before_a_call_stays(mark: str) -> None:
    text = f'First the file.\n{mark}{{"name": "read_file", "arguments": {{"path": "a.csv"}}}}'
    assert read(text) == ("First the file.", [READ])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("```python\nprint(1)\n```", "give it to run_python"),
        ("Then:\n```\n[TOOL_CALLS]\n```", "not in a form that is known"),
        (
            '<tool_call>{"name": "read_file", "arguments": {"path": a}}</tool_call>',
            "expected value",
        ),
        ("read_file(path=other)", "not in a form that is known"),
        ("The total is 12.", ""),
        ("It is done (see a.csv).", ""),
        ("The file says <tool> and 1 < 2.", ""),
    ],
)
def test_a_call_that_cannot_be_read_is_seen(text: str, why: str) -> None:
    assert calls_in(text, KNOWN) == (text, ())
    found = unread(text, KNOWN)
    assert why in found if why else not found


@pytest.mark.parametrize(
    "text",
    [
        "The total is 12.",
        'Use {"name": "read_file", "arguments": {"path": "a.csv"}} for that.',
        'print("hello")',
        '[{"name": "Anna", "arguments": {"age": 3}}]',
        "read_file(path=other)",
        "<tool_call>{broken",
        "[TOOL_CALLS]",
        "x" * 50_000 + "<think>",
        "[" * 50_000,
    ],
)
def test_what_is_no_call_stays_as_it_is(text: str) -> None:
    assert calls_in(text, KNOWN) == (text, ())


NAMES = st.from_regex(r"[a-z][a-z_]{0,12}", fullmatch=True)
ARGS = st.dictionaries(NAMES, st.text() | st.integers() | st.booleans() | st.lists(st.text()))


@given(NAMES, ARGS, NAMES, ARGS)
def test_what_is_written_is_read_again(a: str, first: object, b: str, second: object) -> None:
    calls = [WantedCall(a, dict(first)), WantedCall(b, dict(second))]  # type: ignore[call-overload]
    said, found = calls_in("\n".join(map(written, calls)), ())
    assert [(call.tool, json.dumps(dict(call.args))) for call in found] == [
        (call.tool, json.dumps(dict(call.args))) for call in calls
    ]
    assert not said


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    calls_in(text, KNOWN)
    calls_in(f"<tool_call>{text}", KNOWN)


def test_the_tools_are_told_with_their_schemas() -> None:
    spec = ToolSpec("read_file", "Reads a file.", {"type": "object", "properties": {"path": {}}})
    assert '{"name": "read_file", "description": "Reads a file.", "parameters": {"type"' in told(
        [spec]
    )
