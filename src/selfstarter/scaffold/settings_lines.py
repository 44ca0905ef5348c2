"""A short settings file is changed line by line: the model says which of its lines are to read
differently, and the harness puts them there.

Left to write a program for it, a small model replaces the heading of a section, so that every key
stands there twice. Here it cannot name a line that is not in the file: its reply is held to them.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.asking.ask import Form, turned_back
from selfstarter.asking.view import examples
from selfstarter.core.contract import FileChanged, FileMatches
from selfstarter.core.events import CallChosen, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import brief, json_in
from selfstarter.core.ports import JsonSchema, Message
from selfstarter.core.state import State
from selfstarter.goals.prose import key_of
from selfstarter.prompts import prompt
from selfstarter.proofs.content import text_matches
from selfstarter.scaffold.forms import writing
from selfstarter.texts.reading import PROSE, whole_text
from selfstarter.texts.words import ending, telling

SETTINGS = frozenset("toml ini cfg conf yaml yml env properties".split())  # noqa: SIM905
SPELLING = re.compile(
    r"\b(?:spell\w*|mis-?spell\w*|typos?|grammar|grammatical|punctuation|proof-?read\w*)\b", re.I
)
"""A text in which words are put right keeps its lines too."""
MOST = 80
"""Lines of such a file."""
AT_ONCE = 8
"""Lines that one reply may change."""
REMARK = re.compile(r"\s+[#;]\s.*$")
HEADING = re.compile(r"\[.*\]")
"""Of a section: only what adds a key to it may name it, else the key under it is left as it was."""
ADDS = re.compile(r"\b(?:add|adds|new|insert|rename|remove|delete|section)\b", re.IGNORECASE)


class Changed(BaseModel):
    line: str
    new: str = Field(max_length=400)


class Changes(BaseModel):
    changes: list[Changed] = Field(min_length=1, max_length=AT_ONCE)


def by_lines(state: State, hands: Hands) -> Form | None:
    """None: it is no such work, or has not come off."""
    path = path_wanted(state, hands)
    if not path:
        return None
    messages, schema = question(path, state, hands)

    def put(new: str, was: str) -> str:
        return new if ending(path) in PROSE else afterwards(new, was, state.wanted)

    def read(reply: str) -> CallChosen | ReplyRejected:
        try:
            told = Changes.model_validate_json(json_in(reply))
        except ValidationError as error:
            return ReplyRejected(purpose="choose", reason=brief(error))
        changes = [(one.line, one.new) for one in told.changes]
        return as_written(changes, path, whole_text(path, hands), put, state, hands)

    return Form(messages, schema, read)


def path_wanted(state: State, hands: Hands) -> str:
    """The one file that is to be changed so."""
    checks = [c.check for c in state.criteria]
    paths = [check.path for check in checks if isinstance(check, FileChanged)]
    if len(paths) != 1 or state.misses or state.starts_over:
        return ""
    kind = ending(paths[0])
    lines = kind in SETTINGS or (kind in PROSE and SPELLING.search(state.goal))
    text = whole_text(paths[0], hands) if lines else ""
    return paths[0] if text.strip() and text.count("\n") <= MOST else ""


def numbered(text: str) -> dict[str, str]:
    """Each line under its number and text, so that each is there once; with its own end."""
    lines = text.splitlines(keepends=True)
    return {f"{n}: {line.rstrip()}": line for n, line in enumerate(lines, 1)}


def question(path: str, state: State, hands: Hands) -> tuple[tuple[Message, ...], JsonSchema]:
    lines = numbered(whole_text(path, hands))
    again = turned_back(state)
    text = prompt("lines", goal=state.wanted, path=path, lines="\n".join(lines), again=again)
    schema: dict[str, Any] = Changes.model_json_schema()
    adds = ADDS.search(state.goal)
    named = [
        line
        for line, text in lines.items()
        if text.strip() and (adds or not HEADING.fullmatch(text.strip()))
    ]
    schema["$defs"]["Changed"]["properties"]["line"]["enum"] = named
    return (*examples("lines_example"), Message("user", text)), schema


def as_written(
    changes: Sequence[tuple[str, str]],
    path: str,
    text: str,
    put: Callable[[str, str], str],
    state: State,
    hands: Hands,
) -> CallChosen | ReplyRejected:
    """The text of the file with the new lines in their places; turned back where it has no such
    line, or what comes out would not meet the contract.

    `changes`: (numbered line, what it is to read). `put`: what stands there at last, of the new
    line and of the one that was there.
    """
    lines = numbered(text)
    for line, told in changes:
        if line not in lines:
            reason = f"{path} has no line {line!r}: copy it with its number"
            return ReplyRejected(purpose="choose", reason=reason)
        number, _, was = line.partition(" ")
        end = lines[line][len(was) :]
        new = told.removeprefix(f"{number} ").rstrip()
        lines[line] = new and put(new, was) + end
    content = "".join(lines.values())
    if content == text:
        reason = "these lines read as before: say how they must read instead"
        return ReplyRejected(purpose="choose", reason=reason)
    # Seen before it is written: what a wrong line brought is not there to be copied next time.
    for check in (c.check for c in state.criteria):
        if isinstance(check, FileMatches) and check.path == path:
            passed, evidence = text_matches(content, check, state, hands)
            if not passed:
                return ReplyRejected(purpose="choose", reason=evidence)
    return writing(path, content, state)


def afterwards(new: str, was: str, goal: str) -> str:
    """What stands in place of a line. A small model writes an added line over one that the goal
    does not speak of, and leaves out what stands before and behind a value."""
    new = was[: len(was) - len(was.lstrip())] + new.lstrip()
    if "\n" in new:
        return new
    if key_of(new).strip() != key_of(was).strip() and not telling(key_of(was)) & telling(goal):
        return f"{was}\n{new}"
    remark = REMARK.search(was)
    return new + remark[0] if remark and not REMARK.search(new) else new
