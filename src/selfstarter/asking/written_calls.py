"""Calls of tools that stand in the text of a reply, in the markup of a model's own template.

Every open model was trained on one, and a server that does not know it hands it on as text. The
forms are those of Qwen, Hermes, Llama, Mistral, DeepSeek, GLM, Kimi, gpt-oss, MiniMax and Gemma.
"""

import ast
import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, cast

from selfstarter.core.cleaning import storable
from selfstarter.core.loose_json import DECODER, arguments_in, broken_at, object_in
from selfstarter.core.ports import WantedCall

NAME = r"(?<![\w.-])(?P<tool>[A-Za-z_][\w.-]{0,63})"
BEFORE_ARGUMENTS = [
    re.compile(form)
    for form in (
        rf"to={NAME}[^{{]*?<\|message\|>\s*",
        rf"{NAME}:\d+\s*<\|tool_call_argument_begin\|>\s*",
        rf"{NAME}\s*\[ARGS\]\s*",
        rf"<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?{NAME}(?:<｜tool▁sep｜>)?\s*(?:```json\s*)?",
        rf"<function={NAME}>\s*(?={{)",
    )
]
"""A name, and after it the arguments as JSON."""
BEFORE_CALLS = re.compile(
    r"(?:<tool_call>|<\|tool_call\|>|<\|tool_call_start\|>|<functioncall>|<\|python_tag\|>|\[TOOL_CALLS\])\s*"
    r"(?:```json\s*)?(?=[\[{])"
)
"""After it stands a call as JSON, or a list of them."""
ELEMENTS = [
    (
        re.compile(rf"<function={NAME}>(?P<body>.*?)(?:</function>|\Z)", re.DOTALL),
        re.compile(r"<parameter=([\w.-]+)>\n?(.*?)\n?</parameter>", re.DOTALL),
    ),
    (
        re.compile(rf'<invoke name="{NAME}">(?P<body>.*?)(?:</invoke>|\Z)', re.DOTALL),
        re.compile(r'<parameter name="([\w.-]+)"[^>]*>\n?(.*?)\n?</parameter>', re.DOTALL),
    ),
    (
        re.compile(rf"<tool_call>\s*{NAME}\s*(?P<body><arg_key>.*?)(?:</tool_call>|\Z)", re.DOTALL),
        re.compile(r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL),
    ),
]
"""A call as an element, and an argument within it."""
AT_LINE = re.compile(r"^[ \t]*(?:```\w*\s+)?(?=[\[{])", re.MULTILINE)
AS_PYTHON = re.compile(
    r"(?:<\|python_tag\|>|<\|tool_call_start\|>|```(?:tool_code|tool_call)\s)?\s*(.*?)\s*"
    r"(?:<\|eom_id\|>|<\|eot_id\|>|<\|tool_call_end\|>|```)?\s*",
    re.DOTALL,
)
THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|(?=<tool_call>)|\Z)", re.DOTALL)
END = re.compile(
    r"</tool_call>|</function>|\[TOOL_CALLS\]|<\|(?:call|eom_id|eot_id|tool_call_end)\|>"
    r"|<｜tool▁call▁end｜>|\n```"
)
MARK = re.compile(r"<tool_call>|\[TOOL_CALLS\]|<\|[^|<>]*\|>(?:commentary)?|<｜[^｜]*｜>")


def calls_in(text: str, known: Collection[str]) -> tuple[str, tuple[WantedCall, ...]]:
    """What stands before the first call, without thoughts, and all calls in their order.

    Markup that nothing else has makes any name a call; JSON without a mark, or a line of Python,
    only one that is `known`, and only where nothing comes after it.
    """
    said = THOUGHT.sub("", text)
    found = sorted([*elements(said), *after_marks(said)], key=lambda one: one[0])
    if found:
        return MARK.sub("", said[: found[0][0]]).strip(), tuple(call for _, call in found)
    start, bare = as_json(said)
    if not bare:
        start = said.rstrip().rfind("\n\n") + 1  # words may stand before the last paragraph
        bare = as_python(said[start:])
    if bare and all(call.tool in known for call in bare):
        return said[:start].strip(), tuple(bare)
    return text, ()


def unread(text: str, known: Collection[str]) -> str:
    """What is wrong with a call that stands in a text and that `calls_in` does not read; empty:
    there is none."""
    said = THOUGHT.sub("", text)
    fence = re.match(r"\s*```(python|py|sh|bash|shell)\b", said)
    if fence:
        tool = "run_python" if fence[1].startswith("py") else "run_shell"
        return f"a block of code is not run: give it to {tool}"
    named = re.match(r"\W*(\w+)\(", said.strip())
    if MARK.search(said) or (named and named[1] in known) or '"arguments"' in said:
        return broken_at(said) or "it is not in a form that is known"
    return ""


Found = tuple[int, WantedCall]
"""Where it stands."""


def elements(text: str) -> Iterator[Found]:
    for element, argument in ELEMENTS:
        for one in element.finditer(text):
            args = {name.strip(): value for name, value in argument.findall(one["body"])}
            if args or not one["body"].strip():
                yield one.start(), call(one["tool"], args)


def after_marks(text: str) -> Iterator[Found]:
    for form in BEFORE_ARGUMENTS:
        for mark in form.finditer(text):
            args, _ = decoded(text, mark.end())
            if isinstance(args, dict):
                yield mark.start(), call(mark["tool"], cast(dict[str, Any], args))
    for mark in BEFORE_CALLS.finditer(text):
        value, _ = decoded(text, mark.end())
        yield from ((mark.start(), one) for one in calls_of(value))


def as_json(text: str) -> tuple[int, Sequence[WantedCall]]:
    """One or several as JSON, after which nothing comes, and where they begin."""
    for begin in AT_LINE.finditer(text):
        found, end = run_of_calls(text, begin.end())
        if found and end == len(text):
            return begin.start(), found
    return 0, []


def run_of_calls(text: str, end: int) -> tuple[Sequence[WantedCall], int]:
    """Those that begin there, one after the other, and where they end."""
    found: list[WantedCall] = []
    while text[end : end + 1] in ("{", "["):
        value, after = decoded(text, end)
        calls = list(calls_of(value))
        if not calls:
            break
        found += calls
        end = len(text) - len(text[after:].lstrip("`;, \n\t"))
    return found, end


def as_python(text: str) -> Sequence[WantedCall]:
    """`[read_file(path="a.csv")]`, with or without the brackets."""
    whole = AS_PYTHON.fullmatch(text.strip())
    try:
        tree = ast.parse(whole[1] if whole else "", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: list[WantedCall] = []
    for one in tree.elts if isinstance(tree, (ast.List, ast.Tuple)) else [tree]:
        if not isinstance(one, ast.Call) or not isinstance(one.func, ast.Name) or one.args:
            return []
        try:
            args = {str(part.arg): ast.literal_eval(part.value) for part in one.keywords}
            found.append(call(one.func.id, json.loads(json.dumps(args))))
        except (TypeError, ValueError):  # not literal, or nothing that JSON has
            return []
    return found


def decoded(text: str, start: int) -> tuple[object, int]:
    """The JSON that stands there, and where it ends; None: there is none that can be read."""
    try:
        return DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        ends = END.search(text, start)
        end = ends.start() if ends else len(text)
        return object_in(text[start:end]), end


def calls_of(value: object) -> Iterator[WantedCall]:
    """A call as JSON in any of the shapes that models use, or a list of them."""
    if isinstance(value, list):
        for one in cast(list[object], value):
            yield from calls_of(one)
    if not isinstance(value, dict):
        return
    said = cast(dict[str, Any], value)
    said = said["function"] if isinstance(said.get("function"), dict) else said
    name = said.get("name") or said.get("tool") or said.get("function")
    args = next((said[key] for key in ("arguments", "parameters", "args") if key in said), None)
    if isinstance(args, str):
        args = arguments_in(args)
    if isinstance(name, str) and isinstance(args, dict):
        yield call(name, cast(dict[str, Any], args))


def call(tool: str, args: dict[str, Any]) -> WantedCall:
    # What comes out of JSON within a text, or out of Python, brings its own escapes.
    return WantedCall(storable(tool.removeprefix("functions.")), storable(args))
