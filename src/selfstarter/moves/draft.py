"""Decide what done means, before any work: look, understand, and write criteria that fail now."""

import re
from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel, Field

from selfstarter.asking.ask import ask
from selfstarter.asking.begun import beside_the_goal
from selfstarter.asking.brought import tools_to_check
from selfstarter.asking.recalled import AS_TERMS
from selfstarter.core.contract import (
    CommandPasses,
    Criterion,
    Sketch,
)
from selfstarter.core.events import (
    BudgetReached,
    ContractDrafted,
    GoalRead,
    GoalSketched,
    MemoryRecalled,
    ModelCalled,
    ReplyRejected,
    SourcesOutlined,
)
from selfstarter.core.hands import Hands, brought
from selfstarter.core.loose_json import unreadable
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.goals.files import moved, moves_files, outputs
from selfstarter.goals.goal_file import goal_read
from selfstarter.goals.names import files_named, with_globs
from selfstarter.goals.orders import COMPARES, DOCUMENT, only_asks, open_ended
from selfstarter.goals.replacing import wanted_in
from selfstarter.goals.tools import tools_named
from selfstarter.moves.drafted import begun_draft_in, draft_in, draft_schema
from selfstarter.moves.outline import outline, worth_studying
from selfstarter.moves.recall import wishes
from selfstarter.moves.scout import files_shown
from selfstarter.moves.terms import contract, wanted_of_a_child
from selfstarter.moves.usable import hopeless, in_workspace, lost_failures, once_more, turned_down
from selfstarter.prompts import prompt

Drafted = (
    ModelCalled
    | BudgetReached
    | GoalRead
    | GoalSketched
    | SourcesOutlined
    | MemoryRecalled
    | ContractDrafted
    | ReplyRejected
)
NUMBERS = re.compile(r"\d[\d.,:]*\d|\d")


class SketchReply(BaseModel):
    """What a small model is asked for: short, flat, and nothing it cannot know."""

    outcome: str = Field(max_length=300)
    files: list[str] = Field(max_length=4)
    assumptions: list[str] = Field(max_length=3)
    document: bool


SKETCH_SCHEMA: dict[str, Any] = SketchReply.model_json_schema()


async def draft(state: State, hands: Hands) -> AsyncIterator[Drafted]:
    """One step towards the contract: the sketch, the outline if it takes one, then the rest."""
    if read := goal_read(state, hands):  # the goal is another one since it was looked around
        yield read
    elif state.sketch is None:
        tried = state.rejected >= hands.profile.rules.draft_tries
        if tried or (not hands.profile.drafts_criteria and says_it_all(state, hands)):
            yield GoalSketched(sketch=sketch_without_model(state))
            return
        called = state.reply_to("draft")
        if called is None and (said := await wishes(state, hands)):
            yield said
            return
        if called is None:
            called = await ask_for_sketch(state, hands)
            yield called
        if isinstance(called, ModelCalled):
            yield await read_sketch(called, state, hands)
    elif state.outline is None and may_outline(state, hands) and await worth_studying(state, hands):
        async for event in outline(state, hands):
            yield event
    else:
        yield ContractDrafted(contract=await contract(state, state.sketch, hands))


def says_it_all(state: State, hands: Hands) -> bool:
    """Does the goal itself name what is to be made or called, or only ask, or say nothing that
    could be made out? Then a small model could but guess at the rest, and reading its guess takes a
    third of the time."""
    there = state.found
    named = outputs(state.goal, sketch_without_model(state), there) or moved(state.goal, there)
    named = named or tools_named(state.goal_given, hands.own)
    asks = only_asks(state.goal) or open_ended(state.goal)
    return asks or bool(named) or moves_files(state.goal, there)


def may_outline(state: State, hands: Hands) -> bool:
    """A model that cannot outline works without one, like on any other goal."""
    return hands.profile.plans and state.rejected < hands.profile.rules.reply_rejections


async def ask_for_sketch(state: State, hands: Hands) -> ModelCalled | BudgetReached:
    rich = hands.profile.drafts_criteria
    scouted = state.scouted
    files = files_shown(scouted.listing, scouted.heads, hands) if scouted else ""
    values = {"goal": state.goal, "files": files}
    again: list[Message] = []
    if rich:
        values["again"], again = once_more(state, "draft")
        told = filter(None, (beside_the_goal(state, AS_TERMS), given_with_it(state)))
        values |= {"begun": "\n\n".join(told), "checks": prompt("checks")}
        values |= {"tools": tools_to_check(state, hands)}
    return await ask(
        state,
        hands,
        "draft",
        [Message("user", prompt("draft" if rich else "sketch", **values)), *again],
        schema=draft_schema(bool(brought(hands, state))) if rich else SKETCH_SCHEMA,
        max_tokens=0 if rich else 300,
    )


def given_with_it(state: State) -> str:
    """What a run that gave this part away wants to hold at its end; empty: nothing in words."""
    lines = [f"- {given}" for given in wanted_of_a_child(state)]
    return "\n".join([COVERED, *lines]) if lines else ""


async def read_sketch(
    called: ModelCalled, state: State, hands: Hands
) -> GoalSketched | ReplyRejected:
    """What of it cannot be used is named once more to the model; at its last try, the rest is
    taken."""
    last = state.rejected + 1 >= hands.profile.rules.draft_tries
    reply = draft_in(called.text, ended=not called.cut)
    if reply is None and last and hands.profile.drafts_criteria:
        reply = begun_draft_in(called.text)
    if reply is None:
        return ReplyRejected(purpose="draft", reason=unreadable(called.text, called.cut))
    never = await hopeless(reply.criteria, reply.files, state, hands)
    restated = {c.text: RESTATES for c in reply.criteria if same_words(c.text, state.goal)}
    unfit = restated | never
    wrong = [*reply.unusable, *(f"{text!r}: {why}" for text, why in unfit.items())]
    wrong += lost_failures(c for c in reply.criteria if c.text not in unfit)
    if wrong and not last:
        return turned_down("draft", wrong, called.text)
    criteria = tuple(
        Criterion(id=f"m{n}", text=c.text, check=in_workspace(c.check, state))
        for n, c in enumerate(reply.criteria, 1)
        if c.text not in unfit
    )
    runs = (c.text for c in reply.criteria if isinstance(c.check, CommandPasses))
    unchecked = (UNCHECKED.format(text=text) for text in runs if text in never)
    assumed = (text.strip() for text in reply.assumptions)
    # One text for another in many files makes no new one, whatever a small model says.
    named = () if wanted_in(state.goal) else reply.files
    many = [name for name, glob in with_globs(state.goal).items() if glob != name]
    return GoalSketched(
        sketch=Sketch(
            outcome=told_ahead(reply.outcome, state.goal) or state.goal,
            files=tuple(name for name in map(clean_path, named) if name and name not in many),
            remember=reply.remember,
            assumptions=tuple(a for a in (*assumed, *unchecked, reply.lost) if a),
            criteria=criteria,
            document=is_document(state.goal),
        )
    )


def told_ahead(outcome: str, goal: str) -> str:
    """What the model says will be there. Empty where it gives a number that nobody named: before
    any work it is made up, and as the title of a task it would be believed."""
    made_up = set(NUMBERS.findall(outcome)) - set(NUMBERS.findall(goal))
    return "" if made_up else outcome.strip()


COVERED = (
    "What is to hold at the end. Of each line that a program can look at, make a criterion with the"
    " line as its text; at the others a judge looks anyway:"
)
RESTATES = "it only restates the goal"
UNCHECKED = "Nobody checks: {text}, for its command cannot run."


def clean_path(name: str) -> str:
    """A relative path, or empty for what cannot be one."""
    name = name.strip().strip("`'\"").removeprefix("./")
    ok = name and "\n" not in name and not name.startswith(("/", "~")) and ".." not in name
    ok = ok and (" " not in name or "." in name)  # a sentence is no file
    return name if ok and len(name) < 200 and not name.endswith("/") else ""


def same_words(one: str, other: str) -> bool:
    words, others = set(one.lower().split()), set(other.lower().split())
    return bool(words) and len(words & others) >= 0.9 * max(len(words), len(others))


def sketch_without_model(state: State) -> Sketch:
    return Sketch(outcome=state.goal, document=is_document(state.goal))


def is_document(goal: str) -> bool:
    """By its own words: asked, a model calls everything a document."""
    asked = only_asks(goal) and not files_named(goal)
    return bool(DOCUMENT.search(goal) or COMPARES.search(goal)) and not asked
