"""Two runs side by side: what each came to, what it took, and where they parted."""

from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest

from selfstarter.core.budget import question
from selfstarter.core.events import AnyEvent
from selfstarter.core.spent import Spent
from selfstarter.core.state import State
from selfstarter.history.changes import Change, compared
from selfstarter.history.past import Past, past_of, snapshots_of, tree_of
from selfstarter.runs import store_in
from selfstarter.settings import Settings


@dataclass(frozen=True, slots=True)
class Side:
    run_id: str
    goal: str
    model: str
    standing: str
    """Its ending; of one that has not ended, `waiting` or `open`."""
    answer: str
    criteria: tuple[tuple[str, bool | None], ...]
    """(text, did it pass); None: nobody has looked."""
    spent: Spent
    before: Spent
    """Of `spent`: before a fork, by another run."""


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Side
    right: Side
    parted: int
    """The first event that differs, the first event of all apart; 0: none does."""
    then: tuple[str, str]
    """What each did there: kinds of events; empty: it had ended."""
    files: tuple[Change, ...] | None
    """From the left workspace, as it was kept last, to the right one. None: of one of them nothing
    was kept."""


def compare(left: str, right: str, settings: Settings) -> Comparison:
    """Raises NoSuchRun."""
    with closing(store_in(settings)) as store:
        one, other = past_of(store, left), past_of(store, right)
    parted, then = where_parted(one, other)
    files = None
    if one.saves and other.saves:
        with (
            snapshots_of(one.run_id, settings) as ours,
            snapshots_of(other.run_id, settings) as theirs,
        ):
            trees = ours.tree(tree_of(one.saves[-1])), theirs.tree(tree_of(other.saves[-1]))
            files = tuple(compared(ours, trees[0], theirs, trees[1]))
    return Comparison(side(one), side(other), parted, then, files)


def side(past: Past) -> Side:
    state = past.state
    contract = state.contract
    return Side(
        run_id=past.run_id,
        goal=state.goal_given,
        model=state.started.model if state.started else "",
        standing=standing(state),
        answer=state.ended.answer if state.ended else "",
        criteria=tuple(
            (one.text, seen.passed if (seen := state.checks.get(one.id)) else None)
            for one in (contract.criteria if contract else ())
        ),
        spent=state.spent,
        before=state.before,
    )


def standing(state: State) -> str:
    if state.ended:
        return state.ended.ending
    return "waiting" if question(state) else "open"


def where_parted(one: Past, other: Past) -> tuple[int, tuple[str, str]]:
    """The first events hold what each run was given, so they are not compared."""
    pairs = zip_longest(one.records[1:], other.records[1:])
    for seq, (left, right) in enumerate(pairs, 2):
        a, b = left.event if left else None, right.event if right else None
        if a is None or b is None or plain(a) != plain(b):
            return seq, (a.kind if a else "", b.kind if b else "")
    return 0, ("", "")


def plain(event: AnyEvent) -> dict[str, object]:
    """Without how long it took."""
    return event.model_dump(exclude={"duration_s"})
