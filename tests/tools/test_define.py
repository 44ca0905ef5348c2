import asyncio
import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from selfstarter.core.errors import NoSandbox, SandboxGone, ToolFailed
from selfstarter.core.loose_json import NO_JSON
from selfstarter.core.ports import Result, Tool
from selfstarter.tools.define import tool


class Step(BaseModel):
    title: str
    hours: int = 1


@tool(effect="read")
async def look(
    path: Annotated[str, Field(description="where")],
    line_count: int = 5,
    deep: bool = False,
    share: float = 0.5,
    kinds: list[str] | None = None,
    order: Literal["up", "down"] = "up",
    steps: tuple[Step, ...] = (),
) -> str:
    """Look at something."""
    return json.dumps([path, line_count, deep, share, kinds, order, [s.title for s in steps]])


@tool(effect="once", egress=True)
async def send(text: str, *, key: str) -> str:
    """Send it."""
    return f"{text} as {key}"


def call(wanted: Tool, args: dict[str, Any], key: str = "run:1") -> Result:
    return asyncio.run(wanted(args, key))  # pyright: ignore[reportArgumentType, reportUnknownVariableType]


def test_name_docstring_and_annotations_are_what_the_model_sees() -> None:
    assert (look.name, look.does, look.effect) == ("look", "Look at something.", "read")
    properties = look.parameters["properties"]
    assert properties["path"] == {"type": "string", "description": "where"}
    assert properties["line_count"] == {"type": "integer", "default": 5}
    assert look.parameters["required"] == ["path"]
    assert look.parameters["additionalProperties"] is False


def test_only_the_titles_that_pydantic_makes_up_are_dropped() -> None:
    step = look.parameters["$defs"]["Step"]
    assert "title" not in step
    assert step["properties"]["title"] == {"type": "string"}


def test_the_idempotency_key_is_given_to_the_function_and_hidden_from_the_model() -> None:
    assert list(send.parameters["properties"]) == ["text"]
    assert call(send, {"text": "hi"}, "run:7").output == "hi as run:7"
    assert call(send, {"text": "hi", "key": "forged"}).status == "permanent"
    assert send.egress


@pytest.mark.parametrize(
    ("args", "expected", "said"),
    [
        ({"path": "a", "line_count": "7"}, ["a", 7, False], "'line_count' was read as 7"),
        ({"path": "a", "line_count": 7.0}, ["a", 7, False], "'line_count' was read as 7"),
        ({"path": "a", "deep": "True"}, ["a", 5, True], "'deep' was read as true"),
        ({"path": "a", "share": "0.25"}, ["a", 5, False, 0.25], "'share' was read as 0.25"),
        (
            {"path": "a", "kinds": '["x", "y"]'},
            ["a", 5, False, 0.5, ["x", "y"]],
            "'kinds' was read as",
        ),
        (
            {"path": "a", "steps": '[{"title": "t"}]'},
            ["a", 5, False, 0.5, None, "up", ["t"]],
            "'steps' was read as",
        ),
        ({"args": {"path": "a"}}, ["a"], "the wrapper 'args' was taken off"),
        ({"input": {"path": "a", "deep": True}}, ["a", 5, True], "the wrapper 'input'"),
        ({"arguments": '{"path": "a"}'}, ["a"], "the wrapper 'arguments'"),
        ({"look": {"Path": "a", "line-count": "3"}}, ["a", 3], "'line-count' was read as"),
        ({"PATH": "a", "lineCount": 3}, ["a", 3], "'lineCount' was read as 'line_count'"),
        ({"file_path": "a"}, ["a", 5], "'file_path' was read as 'path'"),
        ({"args": {"filename": "a"}}, ["a", 5], "'filename' was read as 'path'"),
        ({"path": "a", "file": "b"}, ["a", 5], "'file' is no argument of look and was left out"),
        ({"path": "a", "line_count": None}, ["a", 5], "null for 'line_count'"),
        ({"path": "a", "encoding": "x"}, ["a", 5], "'encoding' is no argument of look and was"),
        ({"path": "a", "deep": "true", "n": 1}, ["a", 5, True], "'n' is no argument of look"),
    ],
)
def test_arguments_are_mended_where_it_is_certain_and_the_model_is_told(
    args: dict[str, Any], expected: list[Any], said: str
) -> None:
    result = call(look, args)
    assert result.status == "ok", result.error
    assert json.loads(result.output)[: len(expected)] == expected
    assert said in result.next_action


def test_right_arguments_are_not_commented_on() -> None:
    assert call(look, {"path": "5", "kinds": None}).next_action == ""
    assert json.loads(call(look, {"path": "5"}).output)[0] == "5"


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ({}, "`path` is missing"),
        ({"path": 3}, "`path`: input should be a valid string, got 3"),
        ({"path": "a", "line_count": "many"}, "`line_count`: input should be a valid integer"),
        ({"path": "a", "line_count": 2.5}, "`line_count`"),
        ({"path": "a", "order": "sideways"}, "`order`: input should be 'up' or 'down'"),
        ({"pfad": "a", "colour": "red"}, "`path` is missing; there is no argument `pfad`"),
        ({"path": "a", "Path": "b"}, "no argument `Path`"),
        ({"file": "a", "filename": "b"}, "`path` is missing"),
        ({"path": None}, "`path`"),
        ({"wrapper": {"path": "a", "colour": 1}}, "no argument `wrapper`"),
        ({"path": "a", "share": float("nan")}, "`share`"),
        ({"path": "a", "steps": [{"hours": 2}]}, "`steps.0.title` is missing"),
    ],
)
def test_wrong_arguments_name_the_field_and_the_expected_shape(
    args: dict[str, Any], named: str
) -> None:
    result = call(look, args)
    assert result.status == "permanent"
    assert named in result.error
    assert "`path` (string)" in result.next_action
    assert "`line_count` (integer, 5 if left out)" in result.next_action


@tool(effect="repeatable")
async def put(path: str, content: str) -> str:
    """Write a file."""
    return f"{path}: {content}"


@tool(effect="once")
async def launch(command: str, timeout_s: float = 60) -> str:
    """Run a program."""
    return f"{command} {timeout_s}"


def test_what_changes_something_is_not_called_without_an_argument_that_may_matter() -> None:
    right = {"path": "a", "content": "b"}
    assert call(put, {**right, "encoding": "UTF-8", "append": False}).output == "a: b"
    assert "no argument `append`" in call(put, {**right, "append": True}).error
    assert "no argument `cwd`" in call(launch, {"command": "rm -r x", "cwd": "sub"}).error
    assert "no argument `cwd`" in call(launch, {"command": "rm -r x", "cwd": None}).error
    assert "no argument `bcc`" in call(send, {"text": "hi", "bcc": ""}).error


def test_what_other_tools_call_an_argument_is_certain_where_it_is_missing() -> None:
    assert call(put, {"filename": "a", "text": "b"}).output == "a: b"
    assert call(launch, {"cmd": "ls"}).output == "ls 60"
    assert "no argument `text`" in call(put, {"path": "a", "content": "b", "text": "c"}).error
    assert "no argument `script`" in call(launch, {"script": "ls"}).error
    assert call(send, {"text": "hi"}).next_action == "", "it has an argument of that name itself"


def test_a_time_needs_no_unit() -> None:
    assert call(launch, {"command": "sleep 1", "timeout": 5}).output == "sleep 1 5.0"
    assert "no argument" in call(launch, {"command": "a", "timeout": 5, "timeout_s": 9}).error


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("[[1]]"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["path", "Path", "line_count", "deep", "kinds", "steps", "args", "order"])


@given(st.dictionaries(NAMES | st.text(), JSON, max_size=6))
def test_whatever_the_arguments_there_is_a_result(args: dict[str, Any]) -> None:
    assert call(look, args).status in ("ok", "permanent")


def test_arguments_that_are_not_json_at_all_are_a_result_too() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    odd = [{"path": "\ud800"}, {"path": object()}, {"kinds": deep}, {"line_count": 10**5000}]
    for args in odd:
        assert call(look, args).status == "permanent"


def test_arguments_that_no_reader_understood_are_named_as_such() -> None:
    refused = call(look, {NO_JSON: '{"path": a.csv}'})
    assert refused.status == "permanent"
    assert "its arguments are no JSON" in str(refused.error)


def test_what_a_function_raises_on_purpose_becomes_a_result() -> None:
    @tool(effect="read")
    async def failing(how: str) -> str:
        """Fail."""
        if how == "failed":
            raise ToolFailed("the page is away", "transient", "Wait a minute.")
        if how == "unsafe":
            raise NoSandbox("bubblewrap is missing: install it")
        raise SandboxGone("it died")

    assert call(failing, {"how": "failed"}) == Result(
        "transient", error="the page is away", next_action="Wait a minute."
    )
    assert call(failing, {"how": "unsafe"}) == Result(
        "denied", error="bubblewrap is missing: install it", ours=True
    )
    with pytest.raises(SandboxGone):
        call(failing, {"how": "gone"})


def test_no_output_is_said_in_words() -> None:
    @tool(effect="read")
    async def silent() -> str:
        """Say nothing."""
        return " \n"

    result = call(silent, {})
    assert (result.status, result.output) == ("empty", "silent ran and gave no output.")


def test_a_function_that_a_model_cannot_call_is_refused_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="'rest' cannot be shown"):

        @tool(effect="read")
        async def loose(*rest: str) -> str:  # pyright: ignore[reportUnusedFunction]
            """Take anything."""
            return ""
