"""A short program that fails its tests is mended line by line: the model says which of its lines
must read differently.

Left to write a program that replaces a passage, a small model gives one that is not in the file,
and nothing is replaced; asked to write the file anew, it copies it.
"""

import re
from contextlib import suppress
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.asking.ask import Form, turned_back
from selfstarter.asking.view import examples, full_turns
from selfstarter.core.contract import Criterion, FileChanged, TestsPass
from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import CallChosen, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import brief, json_in
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.goals.names import CODE
from selfstarter.goals.orders import TESTS
from selfstarter.prompts import prompt
from selfstarter.scaffold.settings_lines import AT_ONCE, as_written, numbered
from selfstarter.texts.reading import whole_text
from selfstarter.texts.words import ending

MOST = 120
"""Lines of such a program."""
SHARE = 0.25
"""Of the window, for what stands in the tests."""
MOST_REJECTED = 3


class Mended(BaseModel):
    line: str
    new: list[str] = Field(min_length=1, max_length=12)


class Repair(BaseModel):
    why: str = Field(max_length=300)
    changes: list[Mended] = Field(min_length=1, max_length=AT_ONCE)


def by_repair(state: State, hands: Hands) -> Form | None:
    """None: it is no such work, or has not come off."""
    wanted = to_mend(state)
    if wanted is None or state.rejected >= MOST_REJECTED:
        return None
    path, tested = wanted
    text, failure = best_so_far(path, tested, state, hands)
    if not text.strip() or text.count("\n") > MOST:
        return None
    lines = numbered(text)
    message = prompt(
        "repair",
        goal=state.wanted,
        path=path,
        tests=tests_shown(state, hands),
        failure=failure,
        lines="\n".join(lines),
        again=turned_back(state),
    )
    schema: dict[str, Any] = Repair.model_json_schema()
    schema["$defs"]["Mended"]["properties"]["line"]["enum"] = [
        line for line, text in lines.items() if text.strip()
    ]
    messages = (*examples("repair_example"), Message("user", message))
    return Form(messages, schema, lambda reply: read(reply, path, text, state, hands))


def to_mend(state: State) -> tuple[str, Criterion] | None:
    """(the one program that is to be changed, the tests that must pass then); None: it is no such
    work."""
    tested = next((one for one in state.criteria if isinstance(one.check, TestsPass)), None)
    paths = [one.check.path for one in state.criteria if isinstance(one.check, FileChanged)]
    if tested is None or len(paths) != 1 or ending(paths[0]) not in CODE:
        return None
    return paths[0], tested


def best_so_far(path: str, tested: Criterion, state: State, hands: Hands) -> tuple[str, str]:
    """(the text of the program, what fails with it) of the try with which the fewest tests failed,
    the first of them: from where a try made it worse, a small model does not find back."""
    seen = state.checks.get(tested.id)
    now = whole_text(path, hands), (seen.evidence if seen else "") or tested.before or tested.text
    tries = [now]
    if hands.start and tested.before:
        with suppress(ToolFailed):
            tries = [(hands.start.read(path).decode("utf-8", "replace"), tested.before)]
    for turn, after in pairwise(full_turns(state)):
        if turn.missed and turn.call and turn.call.args.get("path") == path:
            tries.append((str(turn.call.args.get("content", "")), after.note))
    counts = [int(found[1]) if (found := FAILED.search(told)) else 0 for _, told in tries]
    return tries[counts.index(min(counts))] if all(counts) else now


FAILED = re.compile(r"\b(\d+) (?:failed|errors?)\b")


def read(
    reply: str, path: str, text: str, state: State, hands: Hands
) -> CallChosen | ReplyRejected:
    try:
        repair = Repair.model_validate_json(json_in(reply))
    except ValidationError as error:
        return ReplyRejected(purpose="choose", reason=brief(error))
    changes = [(one.line, "\n".join(map(unnumbered, one.new))) for one in repair.changes]
    ways = (indented, further_in, as_given)
    tried = [as_written(changes, path, text, way, state, hands) for way in ways]
    return next((one for one in tried if isinstance(one, CallChosen)), tried[0])


def unnumbered(line: str) -> str:
    """A small model may copy the numbers."""
    return re.sub(r"^(\s*\d+:)+ ?", "", line)


def indented(new: str, was: str) -> str:
    """As far to the right as the line that was there: a small model leaves the blanks out."""
    shift = margin(was) - margin(new)
    moved = (" " * max(0, margin(line) + shift) + line.strip() for line in new.split("\n"))
    return "\n".join(moved)


def further_in(new: str, was: str) -> str:
    """Only those lines that do not reach as far as the one that was there."""
    short = margin(was)
    lines = new.split("\n")
    return "\n".join(" " * short * (margin(line) < short) + line for line in lines)


def as_given(new: str, was: str) -> str:
    return new


def margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def tests_shown(state: State, hands: Hands) -> str:
    """The tests, as far as they fit."""
    paths = list(state.found)
    texts = [f"{path}:\n\n{whole_text(path, hands)}" for path in paths if TESTS.search(path)]
    shown = "\n\n".join(texts)
    return shown if hands.model.count(shown) <= hands.model.facts.window * SHARE else ""
