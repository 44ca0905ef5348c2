"""Look back, on triggers only: one call that must leave a lesson and a dead end, never prose."""

from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.core.events import BudgetReached, Hinted, ModelCalled, PersonAsked, Reflected
from selfstarter.core.hands import Hands
from selfstarter.core.policy import AskPerson, Hint
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.ask import ask
from selfstarter.moves.plan import json_in
from selfstarter.moves.view import cut_to, full_turns, result_text
from selfstarter.prompts import prompt

RECENT = 4


class Reflection(BaseModel):
    cause: str = Field(max_length=300)
    lesson: str = Field(max_length=300)
    dead_end: str = Field(max_length=200)


REFLECT_SCHEMA: dict[str, Any] = Reflection.model_json_schema()


async def reflect(
    state: State, hands: Hands, trigger: str
) -> AsyncIterator[ModelCalled | BudgetReached | Reflected]:
    called = state.reply_to("reflect")
    if called is None:
        recent = cut_to(recent_text(state), hands.model.facts.window // 3, hands.model.count)
        text = prompt("reflect", goal=state.wanted, trigger=trigger, recent=recent)
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
        yield read_reflection(called.text, trigger)


def recent_text(state: State) -> str:
    turns = [turn for turn in full_turns(state) if turn.call][-RECENT:]
    return "\n\n".join(
        f"{turn.call.tool} {turn.call.args}\n{result_text(turn)}" for turn in turns if turn.call
    )


def read_reflection(text: str, trigger: str) -> Reflected:
    """What cannot be read still ends the reflection, with the plainest lesson there is."""
    try:
        found = Reflection.model_validate_json(json_in(text))
    except ValidationError:
        lesson = f"Stuck: {trigger}. Start again in another way, with a smaller first step."
        return Reflected(trigger=trigger, lesson=lesson)
    lesson = f"Looking back ({trigger}): {found.cause} Now: {found.lesson}"
    return Reflected(trigger=trigger, lesson=lesson, dead_end=found.dead_end)


async def hint(hint: Hint) -> AsyncIterator[Hinted]:
    signal = hint.signal
    yield Hinted(signal=signal.name, text=f"Note: {signal.advice}", stale=signal.stale)


async def ask_person(asking: AskPerson) -> AsyncIterator[PersonAsked]:
    """The harness is at its wits' end, and somebody is there."""
    yield PersonAsked(question=asking.question, by="harness")
