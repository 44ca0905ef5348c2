"""Look back, on triggers only: one call that must leave a lesson, a dead end and, where the plan
led there, another plan; never prose."""

from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.asking.ask import ask
from selfstarter.asking.view import cut_to, full_turns, result_text
from selfstarter.core.contract import Task
from selfstarter.core.events import BudgetReached, Hinted, ModelCalled, PersonAsked, Reflected
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import json_in
from selfstarter.core.policy import AskPerson, Hint
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.prompts import prompt

RECENT = 4


class Reflection(BaseModel):
    cause: str = Field(max_length=300)
    lesson: str = Field(max_length=300)
    dead_end: str = Field(max_length=200)
    add: list[str] = Field(default_factory=list[str], max_length=4)
    drop: list[str] = Field(default_factory=list[str], max_length=12)


REFLECT_SCHEMA: dict[str, Any] = Reflection.model_json_schema()


async def reflect(
    state: State, hands: Hands, trigger: str
) -> AsyncIterator[ModelCalled | BudgetReached | Reflected]:
    called = state.reply_to("reflect")
    if called is None:
        recent = cut_to(recent_text(state, hands), hands.model.facts.window // 3, hands.model.count)
        tasks = "\n".join(f"- {task.id}: {task.title}" for task in open_tasks(state))
        text = prompt(
            "reflect", goal=state.wanted, trigger=trigger, recent=recent, tasks=tasks or "- none"
        )
        called = await ask(
            state,
            hands,
            "reflect",
            [Message("user", text)],
            schema=REFLECT_SCHEMA,
            max_tokens=300,
            warmth=0.4,
        )
        yield called
    if isinstance(called, ModelCalled):
        yield read_reflection(called.text, trigger, state)


def recent_text(state: State, hands: Hands) -> str:
    native = hands.profile.protocol == "native"
    turns = [turn for turn in full_turns(state) if turn.call][-RECENT:]
    return "\n\n".join(
        f"{turn.call.tool} {turn.call.args}\n{result_text(turn, native)}"
        for turn in turns
        if turn.call
    )


def open_tasks(state: State) -> list[Task]:
    """Those that may be given up: the harness's own ways to a document are none of them."""
    return [t for t in state.plan if t.status in ("todo", "doing") and t.method == "act"]


def read_reflection(text: str, trigger: str, state: State) -> Reflected:
    """What cannot be read still ends the reflection, with the plainest lesson there is."""
    try:
        found = Reflection.model_validate_json(json_in(text))
    except ValidationError:
        lesson = f"Stuck: {trigger}. Start again in another way, with a smaller first step."
        return Reflected(trigger=trigger, lesson=lesson)
    lesson = f"Looking back ({trigger}): {found.cause} Now: {found.lesson}"
    known = {task.id for task in open_tasks(state)}
    last = max((int(t.id) for t in state.plan if t.id.isdigit()), default=0)
    add = tuple(
        Task(id=str(last + n), title=title.strip()[:200])
        for n, title in enumerate((title for title in found.add if title.strip()), 1)
    )
    drop = tuple(i for i in dict.fromkeys(found.drop) if i in known)
    if not add and known <= set(drop):
        drop = ()  # a plan without a task would be made anew, and this lesson lost on it
    return Reflected(trigger=trigger, lesson=lesson, dead_end=found.dead_end, add=add, drop=drop)


async def hint(hint: Hint) -> AsyncIterator[Hinted]:
    signal = hint.signal
    yield Hinted(signal=signal.name, text=f"Note: {signal.advice}", stale=signal.stale)


async def ask_person(asking: AskPerson) -> AsyncIterator[PersonAsked]:
    """The harness is at its wits' end, and somebody is there."""
    yield PersonAsked(question=asking.question, by="harness")
