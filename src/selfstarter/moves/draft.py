"""Decide what done means, before any work: look, understand, and write criteria that fail now."""

import re
import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeGuard

from pydantic import BaseModel, Field

from selfstarter.core.budget import left
from selfstarter.core.contract import (
    AnswerGiven,
    Assumption,
    Check,
    CommandPasses,
    Contract,
    Criterion,
    FileChanged,
    FileExists,
    FileMatches,
    Judge,
    Replaced,
    Reproduced,
    Sketch,
    TestsPass,
    ToolCalled,
)
from selfstarter.core.errors import NoSandbox, ToolFailed
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
from selfstarter.core.ports import MOST_LISTED, Message
from selfstarter.core.state import State
from selfstarter.moves.absent import missing_here
from selfstarter.moves.ask import ask
from selfstarter.moves.begun import day_line
from selfstarter.moves.checks import COMMAND_TIMEOUT_S, by_now, command, look, pattern
from selfstarter.moves.drafted import DRAFT_SCHEMA, Draft, draft_in
from selfstarter.moves.exam import protected
from selfstarter.moves.goal_file import goal_read
from selfstarter.moves.looked_up import ADDRESS, SEARCHES
from selfstarter.moves.named_tools import tools_named
from selfstarter.moves.outline import outline, worth_studying
from selfstarter.moves.plan import broken_at
from selfstarter.moves.programs import (
    ABSENT,
    ODD,
    PARSED,
    cannot_run,
    finds_no_digit,
    programs_in,
    trial,
)
from selfstarter.moves.reading import text_to_check
from selfstarter.moves.replacing import IN_EACH, replaced, wanted_in
from selfstarter.moves.requirements import (
    COMPARES,
    COMPOSED,
    DOCUMENT,
    FALLBACK,
    TABLES,
    certain,
    criteria_for,
    edited,
    files_meant,
    files_named,
    inputs,
    is_called,
    is_spoken_of,
    moved,
    moves_files,
    names_nothing,
    only_asks,
    open_ended,
    outputs,
    proves_nothing,
    rows_there,
    to_be_left,
    unproven,
)
from selfstarter.moves.tables import Table, given_table
from selfstarter.moves.view import cut_to
from selfstarter.moves.words import ending
from selfstarter.prompts import prompt

Drafted = (
    ModelCalled
    | BudgetReached
    | GoalRead
    | GoalSketched
    | SourcesOutlined
    | ContractDrafted
    | ReplyRejected
)
MOST_GIVEN = 500
DATA = ("csv", "tsv", "jsonl", "ndjson", "xlsx", "parquet", "log", "pdf")
PUT_IN_ORDER = "(sort|tidy|organi[sz]e|clean|set|replace|split|merge|normali[sz]e|format)"
UNCHANGED = re.compile(
    r"\bun(?:changed|touched|modified|edited)\b"
    r"|\b(?:not|never)\s+(?:be\s+|been\s+)?(?:changed|touched|modified|edited)\b"
    r"|\b(?:stays?|remains?|left|kept|still)\b[^.;]*\bas\s+it\s+(?:is|was)\b",
    re.IGNORECASE,
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
    if rich:
        values["date"] = day_line(state)
        values["again"] = f"Your last draft was unusable: {state.reason}" if state.rejected else ""
    return await ask(
        state,
        hands,
        "draft",
        [Message("user", prompt("draft" if rich else "sketch", **values))],
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
        return ReplyRejected(purpose="draft", reason=f"{WRONG}{'; '.join(wrong[:MOST_TOLD])}")
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
            document=is_document(state.goal, reply.document and hands.profile.drafts_criteria),
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
NOT_LOOKED_AT = "its pattern is broken or uses look-around, so it cannot be looked at"


NO_DIGIT = "{name} takes \\d for a letter: write [0-9], or grep -P"
NEVER_RUNS = "its command cannot run, whatever is done: {said}"
UNCHECKED = "Nobody checks: {text}, for its command cannot run."


def never_passes(check: Check) -> str:
    """Why nothing could ever pass the check, which would keep the run from its end; empty: it can
    be looked at."""
    if isinstance(check, FileMatches) and pattern(check.regex) is None:
        return NOT_LOOKED_AT
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
    return Sketch(outcome=state.goal, document=is_document(state.goal, said=False))


def is_document(goal: str, said: bool) -> bool:
    """`said`: by a model that can be trusted with it; a small one calls everything a document."""
    asked = only_asks(goal) and not files_named(goal)
    return said or (bool(DOCUMENT.search(goal) or COMPARES.search(goal)) and not asked)


async def contract(state: State, sketch: Sketch, hands: Hands) -> Contract:
    """The contract: what the goal's words give, the model's own criteria, the person's criteria.
    Where the model's can tell whether it is done, the words give only what is certain.

    Each check is run on the untouched workspace: what passes already proves nothing, so it is kept
    as an invariant at most, and a contract in which nothing fails now gets a result to make.
    """
    existing = state.found
    attempts = hands.profile.attempts if hands.attempt else 0
    ours = criteria_for(
        state.goal,
        sketch,
        state.outline,
        existing,
        attempts,
        named_tables(state, hands),
        named_texts(state, hands),
        tools_named(state.goal_given, hands.own),
        replaced(state.goal, existing, hands),
    )
    alone = to_be_left(state.goal, existing)
    drafted = [as_meant(c, alone, hands) for c in sketch.criteria]
    made = outputs(state.goal, sketch, existing)
    absent = missing_here(state, sketch, hands)
    lacking = await absent_programs(drafted, state, hands)
    can_pass = [criterion for criterion in drafted if criterion not in lacking]
    wanted = each_once((*ours, *can_pass, *of_the_person(state, made)))
    began = time.monotonic()
    judged = [await judged_now(c, by_now(state, began), hands) for c in wanted]
    kept = [criterion for criterion in judged if criterion]
    seen = zip(wanted, judged, strict=True)
    dropped = [c for c, now in seen if now is None and c in can_pass]
    own = [c.check for c in can_pass] if hands.profile.drafts_criteria else []
    if any(c.check in own and tells(c) for c in kept):
        others = [*own, *(c.check for c in wanted if c not in ours)]
        sure = certain((c for c in kept if c.check not in others), state.goal, sketch, existing)
        kept = each_once((*sure, *(c for c in kept if c.check in others)))
    guess = [name for name in sketch.files if name in existing and name not in alone]
    guess = [] if files_meant(state.goal, guess) or not hands.profile.drafts_criteria else guess
    if guess:
        kept = guessed_at(guess, kept, own)
    if all(c.invariant for c in kept):
        result = made[0] if made else FALLBACK
        kept.append(
            Criterion(id="f1", text=f"{result} exists", check=FileExists(path=result))
            if result not in existing
            else Criterion(id="f1", text="the folder has changed", check=FileChanged(path=""))
        )
    if hands.profile.drafts_criteria and proves_nothing(kept):
        question = f"Is this done, all of it and not only begun: {state.goal}"
        text = "what was made is what the goal wants"
        kept.append(Criterion(id="j1", text=text, check=Judge(question=question)))
    assumptions = [Assumption(text=text) for text in sketch.assumptions]
    if state.goal_read:
        assumptions.append(Assumption(text=f"The goal is what {state.goal_read.path} says."))
    if "" in changed_in(kept) and not guess:
        text = "The goal names no file as its result, so what is made in the folder is a guess."
        assumptions.append(Assumption(text=text, confidence="low"))
    elif guessed := not_named(made, state.goal):
        text = f"The goal names no file as its result, so it goes to {', '.join(guessed)}."
        assumptions.append(Assumption(text=text, confidence="low"))
    elif not guess and (meant := not_named(changed_in(kept), state.goal)):
        text = f"The goal names no file, so it is {', '.join(meant)} that it is about."
        assumptions.append(Assumption(text=text, confidence="low"))
    elif not made and any(c.id == "f1" for c in kept):
        text = f"The goal names no result, so one is written to {FALLBACK}."
        assumptions.append(Assumption(text=text, confidence="low"))
    assumptions += [
        Assumption(text=f"{name} is not there and must not be made up: without it, say so.")
        for name in absent
    ]
    assumptions += [
        Assumption(text=f"{', '.join(names)} is not installed here, so nobody checks: {c.text}")
        for c, names in lacking.items()
    ]
    if not assumptions and only_asks(state.goal) and not names_source(state.goal):
        text = "The goal names no source, so the answer is drawn from what lies in the folder."
        assumptions.append(Assumption(text=text, confidence="low"))
    assumptions += [
        Assumption(text=f"That holds before any work, so it proves nothing: {c.text}")
        for c in dropped
    ]
    if len(existing) >= MOST_LISTED:
        text = f"The folder holds {MOST_LISTED:,} files or more: no more than that are looked at."
        assumptions.append(Assumption(text=text))
    criteria = tuple(kept)
    tried = [trial(state.goal, path, existing) for path in made]
    proofs = [criterion for criterion in criteria if criterion.check not in tried]
    written = made if COMPOSED.search(state.goal) else ()
    settled = any(isinstance(criterion.check, (TestsPass, Replaced)) for criterion in criteria)
    guessed = names_nothing(state.goal) or IN_EACH.search(state.goal)
    open_end = unproven(proofs, written) or (bool(guessed) and not settled)
    return Contract(
        outcome=sketch.outcome,
        criteria=criteria,
        assumptions=tuple(assumptions),
        open_ended=hands.profile.owns_plan and open_end,
        protects=once(
            *protected(kept, existing, state.goal, hands, to_change(sketch, kept, hands)),
            *((path, existing[path]) for path in (*alone, *kept_below(drafted, existing))),
            *((c.check.path, c.check.was) for c in kept if stays(c.check)),
            *((name, "") for name in absent),
            *((name, existing[name]) for name in given(state, sketch, hands)),
        ),
    )


def to_change(sketch: Sketch, kept: Iterable[Criterion | None], hands: Hands) -> Collection[str]:
    """Files that a bigger model means to change."""
    if not hands.profile.drafts_criteria:
        return ()
    checks = [c.check for c in kept if c and not c.invariant]
    changed = {check.path for check in checks if isinstance(check, (FileChanged, FileMatches))}
    return changed | {*sketch.files}


def once(*protects: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(protects))


def names_source(goal: str) -> bool:
    return bool(files_named(goal) or ADDRESS.search(goal) or SEARCHES.search(goal))


def changed_in(criteria: Iterable[Criterion]) -> list[str]:
    """Paths of the files that they want changed; empty: of the whole folder."""
    checks = [c.check for c in criteria if isinstance(c.check, FileChanged)]
    return [check.path for check in checks if not check.kept]


def not_named(paths: Iterable[str], goal: str) -> list[str]:
    named = files_named(goal)
    return [path for path in paths if not {path, path.rpartition("/")[2]} & {*named}]


def guessed_at(
    guess: Sequence[str], kept: Iterable[Criterion], drafted: Sequence[Check]
) -> list[Criterion]:
    """A bigger model tells what may have to be changed. Where it also says what is to hold, and
    that does not hold yet, it is free to find that in another place (`certain`); else it is one of
    these."""
    one = FileChanged(path="", among=tuple(guess))
    said = {"text": f"{' or '.join(guess)} is changed", "check": one}
    return [
        c.model_copy(update=said) if c.check not in drafted and is_guess(c.check, guess) else c
        for c in kept
    ]


def is_guess(check: Check, guess: Sequence[str]) -> bool:
    """Does it want the whole folder changed, or a file of which only the model spoke?"""
    return isinstance(check, FileChanged) and not check.kept and check.path in ("", *guess)


def named_tables(state: State, hands: Hands) -> dict[str, Table]:
    """The tables that the goal names and that are there; those it speaks of, where it names no file
    that is there."""
    found: dict[str, Table] = {}
    known = state.found
    named = files_meant(state.goal, known)
    for path in named or rows_there(known):
        with suppress(ToolFailed):
            table = given_table(path, text_to_check(path, hands))
            if not (table and table.head and path.endswith(TABLES)):
                continue
            if named or is_spoken_of(path, table.head, state.goal):
                found[path] = table
    return found


def named_texts(state: State, hands: Hands) -> dict[str, str]:
    """The files that the goal names and that are there, as text."""
    known = state.found
    named = [path for path in known if path.rpartition("/")[2] in files_named(state.goal)]
    found: dict[str, str] = {}
    for path in named[:MOST_GIVEN]:
        with suppress(ToolFailed, UnicodeDecodeError):
            found[path] = hands.files.read(path).decode()
    return found


def given(state: State, sketch: Sketch, hands: Hands) -> Sequence[str]:
    """What may only be read. A bigger model knows which of the other files to change, and says of
    which it is sure."""
    existing = state.found
    read_only = inputs(state.goal, sketch, existing)
    if not hands.profile.owns_plan:
        sources = (path for path in read_only if is_source(path, state.goal))
        read_only = tuple(path for path in sources if path not in sketch.files)
    if state.goal_read and state.goal_read.path in existing:
        read_only = (state.goal_read.path, *read_only)
    return read_only[:MOST_GIVEN]


def is_source(path: str, goal: str) -> bool:
    """Is it data that the goal draws on, and does not ask to put in order?"""
    name = path.rpartition("/")[2]
    if re.search(rf"\b{PUT_IN_ORDER}\s+([\w-]+\s+)?[`'\"]?(\S*/)?{re.escape(name)}", goal, re.I):
        return False
    return is_called(path, goal) or ending(name) in DATA


def of_the_person(state: State, made: Sequence[str]) -> list[Criterion]:
    """The person's criteria: where they are free text, a judge looks at the result, or at the
    answer."""
    return [
        in_own_words(given, f"p{n}", made, state) if isinstance(given, str) else given
        for n, given in enumerate(state.started.criteria if state.started else (), 1)
    ]


def in_own_words(text: str, name: str, made: Sequence[str], state: State) -> Criterion:
    """A judge looks at the file that is made or edited, at the one that is named, or, where that
    leaves it open, at all that changed."""
    existing = state.found
    meant = made or (edited(state.goal, state.sketch, existing) if state.sketch else ())
    spoken_of = [path for path in meant or existing if path.rpartition("/")[2] in files_named(text)]
    paths = spoken_of or meant
    path = paths[0] if len(paths) == 1 else ""
    return Criterion(id=name, text=text, check=Judge(path=path, question=text))


async def judged_now(criterion: Criterion, state: State, hands: Hands) -> Criterion | None:
    """The criterion as it is if it fails now; an invariant, or nothing, if it passes already."""
    if isinstance(criterion.check, (Reproduced, ToolCalled)):
        return criterion
    check = criterion.check
    if stays(check) and not check.was:
        return None
    passed, said = await look(check, state, hands, untouched=True)
    if not passed:
        runs = isinstance(check, (TestsPass, CommandPasses))
        return criterion.model_copy(update={"before": said}) if runs else criterion
    lasting = isinstance(check, (TestsPass, CommandPasses)) and not trivial(check)
    lasting = lasting or (isinstance(check, FileMatches) and bool(check.keeps or check.parses_as))
    lasting = lasting or stays(check)
    return criterion.model_copy(update={"invariant": True}) if lasting else None


async def absent_programs(
    criteria: Iterable[Criterion], state: State, hands: Hands
) -> Mapping[Criterion, Sequence[str]]:
    """Of criteria that can never pass: the programs that their commands need and the sandbox has
    not."""
    needs = {
        c: programs_in(c.check.command) for c in criteria if isinstance(c.check, CommandPasses)
    }
    names = sorted({name for needed in needs.values() for name in needed})
    timeout_s = min(COMMAND_TIMEOUT_S, left(state, "time"))
    if not names or not timeout_s:
        return {}
    try:
        ran = await hands.sandbox.run(["bash", "-c", ABSENT, "-", *names], timeout_s)
    except NoSandbox:
        return {}
    absent = ran.output.split() if ran.status == 0 else []
    found = {c: [name for name in needed if name in absent] for c, needed in needs.items()}
    return {criterion: lacks for criterion, lacks in found.items() if lacks}


def each_once(criteria: Iterable[Criterion]) -> list[Criterion]:
    """Without those that tell nothing new after one before."""
    found: list[Criterion] = []
    for criterion in criteria:
        if not any(says_all(one.check, criterion.check) for one in found):
            found.append(criterion)
    return found


def tells(criterion: Criterion) -> bool:
    """Is it seen by what the work leaves behind, which is not there yet?"""
    return not criterion.invariant and not isinstance(criterion.check, AnswerGiven)


def as_meant(criterion: Criterion, left: Collection[str], hands: Hands) -> Criterion:
    """Of a file that is said to stay as it is, a model may leave out `kept`; and some files are in
    no list."""
    check = criterion.check
    if not isinstance(check, FileChanged) or not check.path:
        return criterion
    kept = check.kept or check.path in left or bool(UNCHANGED.search(criterion.text))
    meant = {"kept": kept, "was": check.was or hands.files.digest(check.path)}
    return criterion.model_copy(update={"check": check.model_copy(update=meant)})


def says_all(check: Check, other: Check) -> bool:
    """Would a second look at the other say nothing new?"""
    if isinstance(check, AnswerGiven) and isinstance(other, AnswerGiven):
        return {*check.asks} >= {*other.asks}
    if isinstance(check, FileMatches) and isinstance(other, FileMatches) and not check.more_columns:
        other = other.model_copy(update={"more_columns": False})
    return check == other


def stays(check: Check) -> TypeGuard[FileChanged]:
    return isinstance(check, FileChanged) and check.kept and bool(check.path)


def kept_below(drafted: Iterable[Criterion], existing: Iterable[str]) -> list[str]:
    """Files of the folders that are to stay as they are."""
    folders = tuple(f"{c.check.path.rstrip('/')}/" for c in drafted if stays(c.check))
    return [path for path in existing if path.startswith(folders)]


def trivial(check: Check) -> bool:
    """`echo done` and its like pass anywhere: not even worth keeping as an invariant."""
    words = check.command.split() if isinstance(check, CommandPasses) else ["tests"]
    return not words or words[0] in ("echo", "true", ":", "printf", "exit")
