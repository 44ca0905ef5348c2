"""Decide what done means, before any work: look, understand, and write criteria that fail now."""

import re
import time
from collections.abc import AsyncIterator, Collection
from typing import Any

from pydantic import BaseModel, Field

from selfstarter.asking.ask import ask
from selfstarter.asking.begun import day_line
from selfstarter.asking.loose_json import broken_at
from selfstarter.asking.view import cut_to
from selfstarter.core.contract import (
    Check,
    CommandPasses,
    Criterion,
    FileChanged,
    FileMatches,
    Sketch,
)
from selfstarter.core.events import (
    BudgetReached,
    ContractDrafted,
    GoalRead,
    GoalSketched,
    ModelCalled,
    ReplyRejected,
    SourcesOutlined,
)
from selfstarter.core.hands import Hands
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.goals.files import moved, moves_files, outputs
from selfstarter.goals.goal_file import goal_read
from selfstarter.goals.names import files_named
from selfstarter.goals.orders import COMPARES, DOCUMENT, only_asks, open_ended
from selfstarter.goals.replacing import wanted_in
from selfstarter.goals.tools import tools_named
from selfstarter.moves.drafted import DRAFT_SCHEMA, Draft, draft_in
from selfstarter.moves.outline import outline, worth_studying
from selfstarter.moves.terms import contract
from selfstarter.prompts import prompt
from selfstarter.proofs.checks import by_now, look
from selfstarter.proofs.commands import ODD, PARSED, cannot_run, finds_no_digit, programs_in
from selfstarter.proofs.commands_run import command
from selfstarter.proofs.content import pattern

Drafted = (
    ModelCalled
    | BudgetReached
    | GoalRead
    | GoalSketched
    | SourcesOutlined
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
        if called is None:
            called = await ask_for_sketch(state, hands)
            yield called
        if isinstance(called, ModelCalled):
            yield await read_sketch(called.text, state, hands)
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
    files = f"{scouted.listing}\n\n{scouted.heads}" if scouted else ""
    files = cut_to(files, int(hands.model.facts.window * 0.2), hands.model.count)
    values = {"goal": state.goal, "files": files}
    again: list[Message] = []
    if rich:
        values["date"] = day_line(state)
        turned_down = f"Your last draft was unusable: {state.reason}" if state.rejected else ""
        if turned_down and state.unusable:
            again = [Message("assistant", state.unusable), Message("user", turned_down)]
        values["again"] = "" if again else turned_down
    return await ask(
        state,
        hands,
        "draft",
        [Message("user", prompt("draft" if rich else "sketch", **values)), *again],
        schema=DRAFT_SCHEMA if rich else SKETCH_SCHEMA,
        max_tokens=0 if rich else 300,
    )


async def read_sketch(text: str, state: State, hands: Hands) -> GoalSketched | ReplyRejected:
    """What of it cannot be used is named once more to the model; at its last try, the rest is
    taken."""
    last = state.rejected + 1 >= hands.profile.rules.draft_tries
    reply = draft_in(text) or draft_in(text, cut=last and hands.profile.drafts_criteria)
    if reply is None:
        reason = ": ".join(part for part in (NO_DRAFT, broken_at(text)) if part)
        return ReplyRejected(purpose="draft", reason=reason)
    hopeless = {c.text: why for c in reply.criteria if (why := never_passes(c.check))}
    hopeless |= await broken_commands(reply, hopeless, state, hands)
    restated = {c.text: RESTATES for c in reply.criteria if same_words(c.text, state.goal)}
    unfit = restated | hopeless
    wrong = [*reply.unusable, *(f"{text!r}: {why}" for text, why in unfit.items())]
    if wrong and not last:
        reason = f"{WRONG}{'; '.join(wrong[:MOST_TOLD])}"
        return ReplyRejected(purpose="draft", reason=reason, said=text[:LONGEST_DRAFT])
    criteria = tuple(
        Criterion(id=f"m{n}", text=c.text, check=in_workspace(c.check, state))
        for n, c in enumerate(reply.criteria, 1)
        if c.text not in unfit
    )
    runs = (c.text for c in reply.criteria if isinstance(c.check, CommandPasses))
    unchecked = (UNCHECKED.format(text=text) for text in runs if text in hopeless)
    # One text for another in many files makes no new one, whatever a small model says.
    named = () if wanted_in(state.goal) else reply.files
    return GoalSketched(
        sketch=Sketch(
            outcome=told_ahead(reply.outcome, state.goal) or state.goal,
            files=tuple(name for name in map(clean_path, named) if name),
            assumptions=(*(a.strip() for a in reply.assumptions if a.strip()), *unchecked),
            criteria=criteria,
            document=is_document(state.goal),
        )
    )


def told_ahead(outcome: str, goal: str) -> str:
    """What the model says will be there. Empty where it gives a number that nobody named: before
    any work it is made up, and as the title of a task it would be believed."""
    made_up = set(NUMBERS.findall(outcome)) - set(NUMBERS.findall(goal))
    return "" if made_up else outcome.strip()


NO_DRAFT = "it is not the JSON asked for"
WRONG = "these criteria cannot be used; write the draft again, with all that was right in it: "
MOST_TOLD = 4
RESTATES = "it only restates the goal"
LONGEST_DRAFT = 12_000
"""Characters of a draft that is shown again."""
LOOKS_AROUND = "its pattern {regex!r} uses look-around, so it cannot be looked at"
BROKEN = "its pattern {regex!r} is broken, so it cannot be looked at"
LONGEST_PATTERN = 120
AROUND = re.compile(r"\(\?<?[=!]")


NO_DIGIT = "{name} takes \\d for a letter: write [0-9], or grep -P"
NEVER_RUNS = "its command cannot run, whatever is done: {said}"
UNCHECKED = "Nobody checks: {text}, for its command cannot run."


def never_passes(check: Check) -> str:
    """Why nothing could ever pass the check, which would keep the run from its end; empty: it can
    be looked at."""
    if isinstance(check, FileMatches) and pattern(check.regex) is None:
        why = LOOKS_AROUND if AROUND.search(check.regex) else BROKEN
        return why.format(regex=check.regex[:LONGEST_PATTERN])
    if isinstance(check, CommandPasses) and (name := finds_no_digit(check.command)):
        return NO_DIGIT.format(name=name)
    return ""


async def broken_commands(
    reply: Draft, known: Collection[str], state: State, hands: Hands
) -> dict[str, str]:
    """Of criteria whose commands no work could make pass: their texts, and why."""
    began = time.monotonic()
    found: dict[str, str] = {}
    for one in reply.criteria if hands.profile.drafts_criteria else ():
        if not isinstance(one.check, CommandPasses) or one.text in known:
            continue
        argv = ["bash", "-c", PARSED, "-", one.check.command]
        passed, said = await command(argv, by_now(state, began), hands)
        if passed and ODD.search(one.check.command):
            passed, said = await look(one.check, by_now(state, began), hands, untouched=True)
        printed, made = said.partition(": ")[2], (*reply.files, *programs_in(one.check.command))
        if not passed and (why := cannot_run(printed, made, state.goal)):
            found[one.text] = NEVER_RUNS.format(said=why)
    return found


def in_workspace(check: Check, state: State) -> Check:
    """With a path as the workspace's own names are: without `./`, and without the workspace's place
    on this machine; and of a file, what it was at the start, which no model knows."""
    path = str(getattr(check, "path", ""))
    root = f"{state.started.workspace}/" if state.started else ""
    plain = path.removeprefix(root).removeprefix("./") or path
    if isinstance(check, FileChanged):
        return check.model_copy(update={"path": plain, "was": state.found.get(plain, "")})
    if isinstance(check, FileMatches):  # only who wrote the goal means these columns and no others
        return check.model_copy(update={"path": plain, "more_columns": bool(check.columns)})
    return check if plain == path else check.model_copy(update={"path": plain})


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
