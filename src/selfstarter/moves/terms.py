"""The contract: made of what the goal says, what the model drafts, and what the person wants."""

import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeGuard

from selfstarter.core.budget import left
from selfstarter.core.contract import (
    ANSWERED,
    AnswerGiven,
    Assumption,
    Check,
    CitationsResolve,
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
from selfstarter.core.hands import Hands
from selfstarter.core.ports import MOST_LISTED
from selfstarter.core.state import State
from selfstarter.goals.absent import missing_here
from selfstarter.goals.criteria import FALLBACK, certain, criteria_for, proves_nothing, unproven
from selfstarter.goals.files import (
    edited,
    inputs,
    is_source,
    is_spoken_of,
    new_globs,
    outputs,
    rows_there,
    to_be_left,
)
from selfstarter.goals.material import material
from selfstarter.goals.names import files_meant, files_named, is_below
from selfstarter.goals.orders import COMPOSED, TESTS, names_nothing, only_asks
from selfstarter.goals.pages import ADDRESS, SEARCHES
from selfstarter.goals.programs import examples, trial
from selfstarter.goals.prose import sources_every_figure
from selfstarter.goals.replacing import IN_EACH, replaced
from selfstarter.goals.specified import specified
from selfstarter.goals.tools import tools_named
from selfstarter.goals.wanted_tables import TABLES
from selfstarter.proofs.checks import below_at_first, by_now, look
from selfstarter.proofs.commands import ABSENT, programs_in
from selfstarter.proofs.commands_run import COMMAND_TIMEOUT_S
from selfstarter.proofs.exam import protected
from selfstarter.texts.reading import text_to_check
from selfstarter.texts.tables import Table, given_table
from selfstarter.texts.words import COMMON, words_of

MOST_GIVEN = 500
UNCHANGED = re.compile(
    r"\bun(?:changed|touched|modified|edited)\b"
    r"|\b(?:not|never)\s+(?:be\s+|been\s+)?(?:changed|touched|modified|edited)\b"
    r"|\b(?:stays?|remains?|left|kept|still)\b[^.;]*\bas\s+it\s+(?:is|was)\b",
    re.IGNORECASE,
)
OF_ANY_ANSWER = frozenset(
    "final answer answers answered reply question given there not empty all each only every number"  # noqa: SIM905
    " numbers figure figures value values are been seen observed read".split()
)
"""Words that say no more of one than `answer_given` looks at."""
FEWEST_SHOWN = 2
"""Calls with what they print that the goal must show, for a program that does so to be right."""


SPECIFICATION = (
    "Go through {name} from its beginning to its end, point by point: is each done that it asks"
    " for? Name those that are missing or otherwise."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract is made of, once each check was looked at."""

    kept: Sequence[Criterion]
    made: Sequence[str]
    """Files that are to be there at the end."""
    alone: Sequence[str]
    """Files that the goal says to leave as they are."""
    absent: Sequence[str]
    """Files that the work needs, and that are not there."""
    drafted: Sequence[Criterion]
    dropped: Sequence[Criterion]
    """Drafted ones that hold before any work."""
    lacking: Mapping[Criterion, Sequence[str]]
    """Drafted ones whose commands need programs that are not installed."""
    guess: Sequence[str]
    """Files of which only a bigger model says that they may have to be changed."""


async def contract(state: State, sketch: Sketch, hands: Hands) -> Contract:
    """The contract: what the goal's words give, the model's own criteria, the person's criteria."""
    existing, terms = state.found, await terms_of(state, sketch, hands)
    kept, made = terms.kept, terms.made
    tried: list[Check | None] = [trial(state.goal, path, existing) for path in made]
    shown = [check for path in made for _, check in examples(state.goal, path, existing)]
    tried += shown if len(shown) < FEWEST_SHOWN else []
    proofs = [criterion for criterion in kept if criterion.check not in tried]
    written = made if COMPOSED.search(state.goal) else ()
    settled = any(isinstance(criterion.check, (TestsPass, Replaced)) for criterion in kept)
    guessed = names_nothing(state.goal) or IN_EACH.search(state.goal)
    open_end = unproven(proofs, written) or (bool(guessed) and not settled)
    return Contract(
        outcome=sketch.outcome,
        criteria=tuple(kept),
        assumptions=tuple(assumed(terms, state, sketch, hands)),
        open_ended=hands.profile.owns_plan and open_end,
        protects=once(
            *protected(kept, existing, state.goal, hands, to_change(sketch, kept, hands)),
            *((path, existing[path]) for path in terms.alone),
            *((path, existing[path]) for path in kept_below(terms.drafted, existing)),
            *((c.check.path, c.check.was) for c in kept if stays(c.check) and c.check.was),
            *((name, "") for name in terms.absent),
            *((name, existing[name]) for name in given(state, sketch, kept, hands)),
        ),
    )


async def terms_of(state: State, sketch: Sketch, hands: Hands) -> Terms:
    """Each check is run on the untouched workspace: what passes already proves nothing, so it is
    kept as an invariant at most, and where nothing fails now there has to be a result. Where the
    model's own criteria can tell whether it is done, the words give only what is certain."""
    existing, strong = state.found, hands.profile.drafts_criteria
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
    made = outputs(state.goal, sketch, existing)
    drafted = [as_meant(c, alone, state, hands) for c in sketch.criteria]
    lacking = await absent_programs(drafted, state, hands)
    can_pass = [criterion for criterion in drafted if criterion not in lacking]
    given = of_the_person(state, made)
    wanted = each_once((*ours, *can_pass, *given))
    began = time.monotonic()
    ids = [c.id for c in can_pass] if strong else []
    judged = [await judged_now(c, by_now(state, began), hands, ids) for c in wanted]
    seen = zip(wanted, judged, strict=True)
    dropped = [c for c, now in seen if now is None and c in can_pass]
    kept = [criterion for criterion in judged if criterion]
    kept = [c for c in kept if not (c in given and is_covered(c, kept, ids, state))]
    own = [c.check for c in can_pass] if strong else []
    if any(c.check in own and (tells(c) or keeps_all(c.check)) for c in kept):
        others = [*own, *(c.check for c in wanted if c not in ours)]
        sure = certain((c for c in kept if c.check not in others), state.goal, sketch, existing)
        kept = each_once((*sure, *(c for c in kept if c.check in others)))
    guess = [name for name in sketch.files if name in existing and name not in alone]
    guess = guess if strong and not files_meant(state.goal, guess) else []
    if guess:
        kept = guessed_at(guess, kept, own)
    if all(c.invariant for c in kept):
        moves = any(keeps_all(c.check) for c in kept)
        kept.append(MOVED if moves else any_result(made[0] if made else FALLBACK, existing))
    kept = [part for c in kept for part in (as_looked_at(c) if c.id in ids else (c,))]
    # That a tool was called at all, where the goal does not name it, proves no work.
    calls = [c for c in can_pass if isinstance(c.check, ToolCalled)]
    if strong:
        kept += as_specified(kept, state)
    if strong and proves_nothing(c for c in kept if c not in calls):
        question = f"Is this done, all of it and not only begun: {state.goal}"
        text = "what was made is what the goal wants"
        kept.append(Criterion(id="j1", text=text, check=Judge(question=question)))
    absent = missing_here(state, sketch, hands)
    return Terms(kept, made, alone, absent, drafted, dropped, lacking, guess)


def as_looked_at(criterion: Criterion) -> Iterator[Criterion]:
    """Of what a model wants of the answer, a program sees that there is one whose numbers were
    observed. What its words demand besides is a judge's."""
    text = criterion.text
    if isinstance(criterion.check, AnswerGiven) and {*words_of(text)} - COMMON - OF_ANY_ANSWER:
        yield criterion.model_copy(update={"text": ANSWERED})
        yield Criterion(id=f"{criterion.id}j", text=text, check=Judge(question=text))
    else:
        yield criterion


def as_specified(criteria: Sequence[Criterion], state: State) -> Iterator[Criterion]:
    """What the file asks for by which the goal goes, where no criterion speaks of that file: a
    model that skimps would leave out what nobody looks at."""
    looked_at = "\n".join(f"{c.text} {c.check}" for c in criteria if not c.invariant)
    read = state.goal_read.path if state.goal_read else ""
    for path in specified(state.goal, state.found):
        name = path.rpartition("/")[2]
        if path != read and name not in looked_at:
            yield Criterion(
                id=f"s-{name}",
                text=f"all that {name} asks for is done",
                check=Judge(question=SPECIFICATION.format(name=name)),
            )


MOVED = Criterion(
    id="f1",
    text="the folder has changed, and nothing of it is lost",
    check=FileChanged(path="", kept=True, moves=True),
)


def any_result(path: str, existing: Collection[str]) -> Criterion:
    if path in existing:
        return Criterion(id="f1", text="the folder has changed", check=FileChanged(path=""))
    return Criterion(id="f1", text=f"{path} exists", check=FileExists(path=path))


def assumed(terms: Terms, state: State, sketch: Sketch, hands: Hands) -> Iterator[Assumption]:
    """What the model takes for granted, what the goal leaves open, and what nobody looks at."""
    said = [Assumption(text=text) for text in sketch.assumptions]
    if state.goal_read:
        said.append(Assumption(text=f"The goal is what {state.goal_read.path} says."))
    told = sketch.assumptions if hands.profile.drafts_criteria else ()
    if text := left_open(terms, "\n".join((state.goal, *told))):
        said.append(Assumption(text=text, confidence="low"))
    for name in terms.absent:
        text = f"{name} is not there and must not be made up: without it, say so."
        said.append(Assumption(text=text))
    for c, names in terms.lacking.items():
        text = f"{', '.join(names)} is not installed here, so nobody checks: {c.text}"
        said.append(Assumption(text=text))
    yield from said
    if not said and only_asks(state.goal) and not names_source(state.goal):
        text = "The goal names no source, so the answer is drawn from what lies in the folder."
        yield Assumption(text=text, confidence="low")
    for c in terms.dropped:
        yield Assumption(text=f"That holds before any work, so it proves nothing: {c.text}")
    if len(state.found) >= MOST_LISTED:
        text = f"The folder holds {MOST_LISTED:,} files or more: no more than that are looked at."
        yield Assumption(text=text)


def left_open(terms: Terms, told: str) -> str:
    """Where the goal does not say what is to be there at the end; empty: it does, or it is `told`
    beside it. Files that are only to be changed need no name for what is made with them."""
    kept, made, guess = terms.kept, terms.made, terms.guess
    if "" in changed_in(kept) and not guess:
        return "The goal names no file as its result, so what is made in the folder is a guess."
    if not guess and (guessed := not_named(made, told)):
        return f"The goal names no file as its result, so it goes to {', '.join(guessed)}."
    if not guess and (meant := not_named(changed_in(kept), told)):
        return f"The goal names no file, so it is {', '.join(meant)} that it is about."
    if not made and any(c.id == "f1" for c in kept):
        return f"The goal names no result, so one is written to {FALLBACK}."
    return ""


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


def not_named(paths: Iterable[str], told: str) -> list[str]:
    named = files_named(told)
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


def given(state: State, sketch: Sketch, kept: Iterable[Criterion], hands: Hands) -> Sequence[str]:
    """What may only be read. A bigger model knows which of the other files to change, and says so
    in its draft."""
    existing = state.found
    read_only = inputs(state.goal, sketch, existing)
    if not hands.profile.owns_plan:
        drawn_on = {*material(state.goal, sketch, existing)}
        sources = (p for p in read_only if p in drawn_on or is_source(p, state.goal))
        changed = to_change(sketch, kept, hands)
        read_only = tuple(path for path in sources if path not in changed)
    if state.goal_read and state.goal_read.path in existing:
        read_only = (state.goal_read.path, *read_only)
    return read_only[:MOST_GIVEN]


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
    meant = (*made, *new_globs(state.goal, existing))
    meant = meant or (edited(state.goal, state.sketch, existing) if state.sketch else ())
    spoken_of = [path for path in meant or existing if path.rpartition("/")[2] in files_named(text)]
    paths = spoken_of or meant
    path = paths[0] if len(paths) == 1 else ""
    return Criterion(id=name, text=text, check=Judge(path=path, question=text))


def wanted_of_a_child(state: State) -> list[str]:
    """In words, by the run that gave this part away."""
    given = state.started.criteria if state.started and state.depth else ()
    return [text for text in given if isinstance(text, str)]


def is_covered(
    given: Criterion, kept: Iterable[Criterion], drafted: Collection[str], state: State
) -> bool:
    """Has the model that is to do a part of a goal written a check for these words of the run that
    gave it away? Then no judge is asked the same."""
    said = words_of(given.text)
    return given.text in wanted_of_a_child(state) and any(
        c.id in drafted and sees_what_it_says(c) and words_of(c.text) == said for c in kept
    )


def sees_what_it_says(criterion: Criterion) -> bool:
    """By what is in the work, and by more than that something is there."""
    check = criterion.check
    if criterion.invariant:  # a command that passes before any work may look at nothing
        return isinstance(check, (FileChanged, TestsPass))
    if isinstance(check, FileMatches):
        return bool(check.model_dump(exclude_defaults=True, exclude={"kind", "path"}))
    return not isinstance(check, (FileExists, FileChanged, AnswerGiven))


async def judged_now(
    criterion: Criterion, state: State, hands: Hands, drafted: Collection[str] = ()
) -> Criterion | None:
    """The criterion as it is if it fails now; an invariant, or nothing, if it passes already."""
    if isinstance(criterion.check, (Reproduced, ToolCalled)):
        return criterion
    check = criterion.check
    if stays(check) and not (check.was or below_at_first(check.path, state)):
        return None
    passed, said = await look(check, state, hands, untouched=True)
    if not passed:
        runs = isinstance(check, (TestsPass, CommandPasses))
        return criterion.model_copy(update={"before": said}) if runs else criterion
    lasting = isinstance(check, (TestsPass, CommandPasses)) and not trivial(check)
    lasting = lasting or (isinstance(check, FileMatches) and bool(check.keeps or check.parses_as))
    lasting = lasting or stays(check) or keeps_all(check)
    lasting = lasting or (criterion.id in drafted and is_there_to_stay(check))
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
    """Without those that tell nothing new beside another."""
    found: list[Criterion] = []
    for criterion in criteria:
        if not any(covers(one, criterion) for one in found):
            found = [*(one for one in found if not covers(criterion, one)), criterion]
    return found


def covers(one: Criterion, other: Criterion) -> bool:
    """Does the first say all that the other says? A judge decides on the words, too."""
    same = one.text == other.text or not isinstance(other.check, Judge)
    return same and says_all(one.check, other.check)


def tells(criterion: Criterion) -> bool:
    """Is it seen by what the work leaves behind, which is not there yet?"""
    return not criterion.invariant and not isinstance(criterion.check, AnswerGiven)


def as_meant(criterion: Criterion, left: Collection[str], state: State, hands: Hands) -> Criterion:
    """Of a file that is said to stay as it is, a model may leave out `kept`, and of citations that
    the goal wants for every figure, that; and some files are in no list."""
    check = criterion.check
    if isinstance(check, CitationsResolve) and sources_every_figure(state.wanted):
        every = check.model_copy(update={"every_figure": True})
        return criterion.model_copy(update={"check": every})
    if not isinstance(check, FileChanged) or not check.path:
        return criterion
    kept = check.kept or check.path in left or bool(UNCHANGED.search(criterion.text))
    meant = {"kept": kept, "was": check.was or hands.files.digest(check.path)}
    return criterion.model_copy(update={"check": check.model_copy(update=meant)})


def says_all(check: Check, other: Check) -> bool:
    """Would a second look at the other say nothing new?"""
    if isinstance(check, AnswerGiven) and isinstance(other, AnswerGiven):
        return {*check.asks} >= {*other.asks}
    if isinstance(check, FileMatches) and isinstance(other, FileMatches):
        wanted = other.model_dump(exclude_defaults=True, exclude={"more_columns"})
        has = check.model_dump()
        loose = check.more_columns and other.columns and not other.more_columns
        return not loose and all(has[name] == value for name, value in wanted.items())
    if isinstance(check, TestsPass) and isinstance(other, TestsPass):
        return runs_all_of(check.path, other.path)
    if isinstance(check, FileChanged) and check.moves:
        return other in (check, check.model_copy(update={"moves": False}))
    if isinstance(check, CitationsResolve) and isinstance(other, CitationsResolve):
        strict = check.every_figure >= other.every_figure
        return check.path == other.path and check.at_least >= other.at_least and strict
    return check == other


def runs_all_of(path: str, other: str) -> bool:
    """Do the tests of one place hold those of another? A file that is not called like tests is run
    only where it is named."""
    found = TESTS.search(other) or not other.endswith(".py")
    return path == other or bool(found and is_below(f"{other.rstrip('/')}/", path))


def stays(check: Check) -> TypeGuard[FileChanged]:
    return isinstance(check, FileChanged) and check.kept and bool(check.path)


def keeps_all(check: Check) -> bool:
    """Of the whole folder, wherever it lies at the end."""
    return isinstance(check, FileChanged) and check.keeps_all and not check.moves


def kept_below(drafted: Iterable[Criterion], existing: Iterable[str]) -> list[str]:
    """Files of the folders that are to stay as they are."""
    folders = tuple(f"{c.check.path.rstrip('/')}/" for c in drafted if stays(c.check))
    return [path for path in existing if path.startswith(folders)]


def is_there_to_stay(check: Check) -> bool:
    """What a bigger model wants to find in a file, and is there already, is not to be lost."""
    return isinstance(check, FileMatches) and bool(check.contains or check.regex)


def trivial(check: Check) -> bool:
    """`echo done` and its like pass anywhere: not even worth keeping as an invariant."""
    words = check.command.split() if isinstance(check, CommandPasses) else ["tests"]
    return not words or words[0] in ("echo", "true", ":", "printf", "exit")
