"""Ask the long-term memory what helps with the task at hand. No model call, and often no answer:
what nobody needs is worse in a prompt than nothing."""

import logging
import re
from collections.abc import AsyncIterator, Sequence

from selfstarter.asking.probe import text_of
from selfstarter.asking.recalled import SHARE, fitting, line_for, wishes_text
from selfstarter.asking.view import first_of, view
from selfstarter.core.errors import Trouble
from selfstarter.core.events import BEFORE_DRAFT, LAST_HERE, MemoryRecalled, Remembered
from selfstarter.core.evolve import evolve
from selfstarter.core.hands import Hands
from selfstarter.core.ports import Memory, Recalled
from selfstarter.core.state import State

log = logging.getLogger(__name__)

FOUND, SHOWN = 12, 6
"""Records asked for, and shown at most."""
FEW, FEW_TOKENS = 10, 300
"""What a person wants is told whole while it is no more than that."""
GOAL_WORDS, RESULT_WORDS = 60, 40
"""Of the question; a long one asks for everything and so for nothing."""
RUN = 3
"""Words in a row: a record whose runs of words are nearly all in the prompt is there already."""
SEEN = 0.6
SHARED = 2
"""Words that a record shares with the question, from which it is near enough."""
VOUCHED, HINT = 0.9, 0.15
"""Where a person vouches for it (importance), one word is enough, if the whole is not far off (its
cosine)."""
MEANING = 0.7
"""Cosine from which no word need be shared. With less of any, unrelated runs are told things:
measured by `make ablate-memory`."""
STEM = 4
COMMON = frozenset(
    "the and for with from into that this its are was were not all any one out then when who what"  # noqa: SIM905
    " which how why has have had can will may must should there their them they each than more"
    " most some only also about after before write wrote read make made create add use using file"
    " files folder txt csv json md py done work worked tried ended came task goal said person in"
    " always never lesson failed run_python run_shell write_file read_file edit_file list_files"
    " give gives given keep keeps result results name names every report output data number numbers"
    " value values line lines read_page search_web recall remember search searched web page pages"
    " site sites website source sources http https www com org html url urls address addresses link"
    " links cite cited online internet find found look answer answers question".split()
)
"""Words that nearly any task of this kind is put in."""
WORD = re.compile(r"\w+")


async def recall(state: State, hands: Hands) -> AsyncIterator[MemoryRecalled]:
    """A memory that is out of order has nothing to say, and ends no run."""
    query, model = question(state), hands.model
    found: Sequence[Recalled] = ()
    try:
        found = await asked(query, state, hands)
    except Trouble as trouble:
        log.warning("The memory cannot be asked now. %s", trouble)
    near = [remembered(one) for one in unseen(found, state, hands)[:SHOWN]]
    line = line_for(hands.profile, state)
    kept = fitting(near, line, int(model.facts.window * SHARE), model.count)
    yield MemoryRecalled(
        due=state.recall_due,
        query=query,
        records=tuple(kept),
        untrusted=not all(record.trusted for record in kept),
    )


async def wishes(state: State, hands: Hands) -> MemoryRecalled | None:
    """What the person said in earlier runs, asked for before the contract is made, so that it can
    be part of it: all of it while that is little, for the goal may mean it in other words; of more,
    what is near the goal. With it, what the last run in this folder has made. None: nothing, or it
    was asked for before, or no model drafts."""
    if hands.memory is None or state.recalled_for or not hands.profile.drafts_criteria:
        return None
    try:
        found = await said_before(hands.memory, state.goal, hands)
        last = await last_here(hands.memory, state)
    except Trouble as trouble:
        log.warning("The memory cannot be asked now. %s", trouble)
        return None
    goal = runs_of(state.goal)
    kept = (*last, *(one for one in found if new(one.text, goal)))
    return MemoryRecalled(due=BEFORE_DRAFT, query=state.goal, records=kept) if kept else None


async def last_here(memory: Memory, state: State) -> list[Remembered]:
    """In words of our own: in a model's account some may be those of a page, and no contract is
    made of such. Raises Trouble."""
    last = state.started.earlier if state.started else None
    if last is None or await memory.get(last.record) is None:
        return []
    there = [path for path in last.files if path in state.found]
    made = f" Of the files that it made or changed, there are: {first_of(there)}." if there else ""
    text = f"“{first(last.goal, GOAL_WORDS)}” ended as {last.ending}.{made}"
    return [Remembered(id=last.record, what=LAST_HERE, text=text, score=0.0, at=last.at)]


async def said_before(memory: Memory, goal: str, hands: Hands) -> list[Remembered]:
    """Raises Trouble."""
    own = hands.run_id.partition(".")[0]
    every = [
        remembered(Recalled(record, 0.0)) for record in await memory.wishes(FEW + 1, not_run=own)
    ]
    if len(every) <= FEW and hands.model.count(wishes_text(every)) <= FEW_TOKENS:
        return every
    asked = first(goal, GOAL_WORDS)
    near = await memory.recall(asked, FEW, trusted_only=True, not_run=own)
    return [remembered(one) for one in near if one.record.importance >= VOUCHED]


async def asked(query: str, state: State, hands: Hands) -> list[Recalled]:
    """What a person wants holds for the goal as a whole and comes first; then what is near the task
    at hand. Raises Trouble."""
    if hands.memory is None:
        return []
    goal, own = first(state.wanted, GOAL_WORDS), hands.run_id.partition(".")[0]
    wishes = await hands.memory.recall(
        goal, FOUND, kinds=("semantic",), trusted_only=True, not_run=own
    )
    wishes = [one for one in wishes if one.record.importance >= VOUCHED and helps(one, goal)]
    # A plan is the person's and the model's own: no text from outside may suggest one.
    found = await hands.memory.recall(query, FOUND, trusted_only=not state.plan, not_run=own)
    known = {one.record.id for one in wishes}
    return wishes + [one for one in found if one.record.id not in known and helps(one, query)]


def remembered(one: Recalled) -> Remembered:
    record = one.record
    return Remembered(
        id=record.id,
        what=record.kind,
        text=record.text,
        score=one.score,
        at=record.at,
        source=record.source,
        trusted=record.trusted,
    )


def question(state: State) -> str:
    """The goal, the task at hand where it is not the only one, and what the last step came to."""
    parts = [first(state.wanted, GOAL_WORDS)]
    if state.task and len(state.plan) > 1:
        parts.append(f"{state.task.title}. {state.task.done_when}")
    last = next((turn.result for turn in state.transcript if turn.result), None)
    if last:
        parts.append(first(last.error or last.output, RESULT_WORDS))
    return "\n".join(parts)


def first(text: str, words: int) -> str:
    return " ".join(text.split()[:words])


def unseen(found: Sequence[Recalled], state: State, hands: Hands) -> list[Recalled]:
    """Those that the prompt does not hold already, in other words or the same."""
    model = hands.model
    messages = view(evolve(state, recalled=()), hands.profile, model.count, model.facts.window)
    shown = runs_of("\n".join(text_of(message) for message in messages))
    return [one for one in found if new(one.record.text, shown)]


def helps(one: Recalled, query: str) -> bool:
    """Is it near enough? The memory gives what is nearest, however far off that is."""
    shared = len(stems(query) & stems(one.record.text))
    vouched = one.record.importance >= VOUCHED and one.meaning >= HINT
    return shared >= SHARED or (shared > 0 and vouched) or one.meaning >= MEANING


def stems(text: str) -> set[str]:
    """Beginnings of the words that say what a text is about."""
    words = (word for word in WORD.findall(text.lower()) if word not in COMMON)
    return {word[:STEM] for word in words if len(word) > 2}


def new(text: str, shown: set[str]) -> bool:
    own = runs_of(text)
    return len(own & shown) < SEEN * len(own)


def runs_of(text: str) -> set[str]:
    words = WORD.findall(text.lower())
    return {" ".join(words[n : n + RUN]) for n in range(max(1, len(words) - RUN + 1))}
