"""Give a part of the goal to a child run, or several parts to children that only read.

The parent waits in its state: errands sent, children out, children back. A crash in between loses
nothing and sends nobody twice, for each child has its own journal.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from posixpath import normpath
from typing import Any

from pydantic import BaseModel, Field, ValidationError, field_validator

from selfstarter.asking.ask import Room, room_for, tokens_of
from selfstarter.asking.view import specs, view
from selfstarter.core.events import (
    CallChosen,
    CallReturned,
    ChildReturned,
    Delegated,
    Errand,
    Limits,
    RunPaused,
    RunStarted,
)
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import brief
from selfstarter.core.ports import Result
from selfstarter.core.state import Child, State
from selfstarter.moves.act import answered, unknown_tool
from selfstarter.moves.choose import listed

MOST_INPUTS = 40
"""Files of a folder that are named to a child one by one."""
ANSWERS = 8_000
"""Characters of all answers together that the parent is shown; a child's report has the rest."""
BROUGHT = ("done", "partly")
DO_IT = "Do it yourself, or give away a smaller part."


class WantedErrand(BaseModel):
    goal: str = Field(min_length=1)
    done_when: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @field_validator("done_when", "files", mode="before")
    @classmethod
    def several(cls, value: Any) -> Any:
        return listed(value)


class Wanted(BaseModel):
    goals: tuple[WantedErrand, ...] = Field(min_length=1)
    share: float = Field(0.5, allow_inf_nan=False)

    @field_validator("goals", mode="before")
    @classmethod
    def with_words_alone(cls, value: Any) -> Any:
        return [{"goal": goal} if isinstance(goal, str) else goal for goal in listed(value)]


async def delegate(
    state: State, hands: Hands, call: CallChosen
) -> AsyncIterator[Delegated | ChildReturned | CallReturned | RunPaused]:
    """One step: send, wait, or tell. Raises ModelDown, SandboxGone, as a child did."""
    sent = [child for child in state.children if child.call_id == call.call_id]
    if not sent:
        found = errands(state, hands, call)
        if isinstance(found, Result):
            yield answered(call, found)
        else:
            yield Delegated(call_id=call.call_id, errands=found)
    elif out := [child for child in sent if child.returned is None]:
        async for event in brought_back(out, state, hands):
            yield event
    else:
        backs = [child.returned for child in sent if child.returned]
        files = {path: sha for back in backs for path, sha in back.files}
        yield answered(call, told(sent), tuple(sorted(files.items())))


async def brought_back(
    out: Sequence[Child], state: State, hands: Hands
) -> AsyncIterator[ChildReturned | RunPaused]:
    """All at once, told in the order of their errands; what stops one does not stop the others."""
    if hands.child is None:
        raise AssertionError("a child is out, and nobody can fetch it")
    came = await asyncio.gather(
        *(hands.child(child.errand, state.stop_asked) for child in out), return_exceptions=True
    )
    for back in came:
        if isinstance(back, ChildReturned):
            yield back
    for back in came:
        if isinstance(back, BaseException):
            raise back
    if None in came:
        yield RunPaused(reason="paused with its child run")


def errands(state: State, hands: Hands, call: CallChosen) -> tuple[Errand, ...] | Result:
    """The errands with their shares, or why they are not sent."""
    if hands.child is None or state.started is None or not hands.profile.delegates:
        return unknown_tool(call.tool, state, hands)
    args = call.args if "goals" in call.args else {**call.args, "goals": [call.args]}
    try:
        wanted = Wanted.model_validate(args)
    except ValidationError as error:
        return Result("permanent", error=f"Nothing was delegated: {brief(error)}.")
    if why := refusal(wanted.goals, state, hands):
        return Result("denied", error=f"Nothing was delegated: {why}", next_action=DO_IT)
    known = hands.files.names()
    found = {path: files_in(path, known) for goal in wanted.goals for path in goal.files}
    if gone := sorted(path for path, files in found.items() if not files):
        return Result("permanent", error=f"Nothing was delegated: there is no {', '.join(gone)}.")
    together = len(wanted.goals)
    share = share_of(state.left, min(max(wanted.share, 0.05), 0.8), together)
    if share.steps < 1 or not can_call(share, wanted.goals, state.started, hands):
        why = f"a share of {share.tokens:,} tokens and {share.steps} steps is too small: one call"
        why += " of a child, with its tools and its report, takes more."
        return Result("denied", error=f"Nothing was delegated: {why}", next_action=DO_IT)
    return tuple(
        Errand(
            number=number,
            goal=goal.goal.strip(),
            criteria=goal.done_when,
            inputs=tuple(dict.fromkeys(file for path in goal.files for file in found[path])),
            share=share,
            reads_only=state.reads_only or together > 1,
        )
        for number, goal in enumerate(wanted.goals, len(state.children) + 1)
    )


def can_call(
    share: Limits, goals: Sequence[WantedErrand], started: RunStarted, hands: Hands
) -> bool:
    """Does it pay a first call of a child that is told its goal and its tools, besides the part
    that is kept for its report?"""
    longest = max((goal.goal for goal in goals), key=len)
    told = started.model_copy(update={"goal": longest, "limits": share})
    child, profile, model = State(started=told, limits=share), hands.profile, hands.model
    shown = view(child, profile, model.count, model.facts.window)
    prompt = tokens_of(shown, model.count, specs(hands.tools, profile, child))
    return isinstance(room_for(child, hands, "choose", prompt, profile.answer_tokens), Room)


def files_in(path: str, known: Sequence[str]) -> Sequence[str]:
    """The file, or what lies in the folder; of a large one its name, to be looked into."""
    name = normpath(path)
    if name in known:
        return (name,)
    inside = [file for file in known if name == "." or file.startswith(f"{name}/")]
    return inside if len(inside) <= MOST_INPUTS else (f"{name}/",)


def refusal(goals: Sequence[WantedErrand], state: State, hands: Hands) -> str:
    """Why these goals may not be given away; empty: they may."""
    rules, started = hands.profile.rules, state.started
    if state.depth >= rules.depth:
        return f"this run was itself delegated, {state.depth} runs deep, and that is the deepest."
    if len(state.children) + len(goals) > rules.children:
        return f"a run may have {rules.children} child runs, this one has {len(state.children)}."
    held = {words(goal): goal for goal in (*started.above, started.goal)} if started else {}
    for goal in goals:
        if mine := held.get(words(goal.goal)):
            return (
                f"{mine[:120]!r} is what this run, or one above it, was asked: it would go round."
            )
    if len({words(goal.goal) for goal in goals}) < len(goals):
        return "two of the goals are the same."
    return ""


def words(goal: str) -> tuple[str, ...]:
    """What two goals have in common that differ in case, blanks and signs only."""
    return tuple(re.findall(r"\w+", goal.casefold()))


def share_of(left: Limits, part: float, together: int) -> Limits:
    """Each child's share. Time is not divided: children that run side by side share their hours."""
    return Limits(
        steps=int(left.steps * part / together),
        tokens=int(left.tokens * part / together),
        cost_usd=None if left.cost_usd is None else left.cost_usd * part / together,
        time_s=left.time_s * part,
    )


def told(sent: Sequence[Child]) -> Result:
    """The children's returns as JSON, in the order of their goals: one object, or a list.

    Of what they spent the time is left out: the same work would read differently each time.
    """
    objects = [returned(child, ANSWERS // len(sent)) for child in sent]
    output = json.dumps(objects if len(sent) > 1 else objects[0], ensure_ascii=False)
    if any(child.returned and child.returned.ending in BROUGHT for child in sent):
        return Result("ok", output)
    ended = "; ".join(c.returned.reason for c in sent if c.returned)
    return Result("permanent", output, error=f"No child run came to a result: {ended}")


def returned(child: Child, most: int) -> dict[str, Any]:
    back = child.returned
    if back is None:
        return {}
    spent, files = back.spent, [path for path, _ in back.files]
    missed = [seen for seen in back.criteria if not seen.passed]
    failed, unseen = ([s for s in missed if s.undecided == open_] for open_ in (False, True))
    return {
        "goal": child.errand.goal[:200],
        "status": back.ending,
        **({"reason": back.reason} if back.ending != "done" else {}),
        "answer": back.answer[:most],
        "files": files,
        "criteria": {
            "passed": [seen.text for seen in back.criteria if seen.passed],
            "failed": [f"{seen.text}: {seen.evidence}" for seen in failed],
            **({"not seen": [f"{s.text}: {s.evidence}" for s in unseen]} if unseen else {}),
        },
        "spent": {
            "steps": spent.steps,
            "tokens": spent.input + spent.output,
            "cost_usd": None if spent.unknown_cost else round(spent.cost_usd, 6),
        },
    }
