"""Errands: a part of the goal, pursued by a child in the same workspace."""

from collections.abc import Awaitable, Callable

from selfstarter.children.family import Family, Kin
from selfstarter.core.contract import ANSWERED, AnswerGiven, Contract, Criterion, Judge
from selfstarter.core.events import (
    AnyEvent,
    ChildReturned,
    CriterionSeen,
    Errand,
    Inherited,
    RunResumed,
    RunStarted,
    Spending,
    StopAsked,
)
from selfstarter.core.fold import fold
from selfstarter.core.state import State
from selfstarter.runs import Commands, begin, model_of_child


def messenger(
    family: Family, commands: Commands
) -> Callable[[Errand, bool], Awaitable[ChildReturned | None]]:
    """Each child has its own journal and a fresh context; it hears a stop or pause of its parent's.

    A child that has ended is only looked up, one that a crash cut short goes on.
    """

    async def child(errand: Errand, stop: bool) -> ChildReturned | None:
        run_id = f"{family.run_id}.c{errand.number}"
        state = fold(family.store.read(run_id))
        first: AnyEvent | None = RunResumed() if state.started else None
        if state.started is None:
            begin(family.store, beginning(family, errand), family.listener, run_id)
        if not state.ended:
            model = model_of_child(family.model, errand.number)
            first = StopAsked() if stop else first
            state = await family.drive(run_id, model, first, Kin(commands=commands))
        return came_back(errand, state)

    return child


def beginning(family: Family, errand: Errand) -> RunStarted:
    parent, started = family.parent()
    return RunStarted(
        goal=errand.goal,
        workspace=started.workspace,
        model=started.model,
        limits=errand.share,
        criteria=errand.criteria,
        contract=of_an_answer(errand) if errand.reads_only else None,
        seed=started.seed + errand.number,
        inputs=errand.inputs,
        above=(*started.above, started.goal),
        reads_only=errand.reads_only,
        protects=parent.contract.protects if parent.contract else (),
        permissions=parent.permissions,
        inherited=of_parent(parent),
    )


def of_parent(parent: State) -> Inherited:
    """A child knows what its parent knew, and has read what it had read."""
    known = parent.provenance
    return Inherited(
        untrusted=known.untrusted,
        private=known.private,
        words=parent.own_words,
        planned=known.planned,
        offered=tuple(known.offered),
        hits=tuple(known.hits),
        values=tuple(known.values),
        ids=tuple(known.ids),
    )


def of_an_answer(errand: Errand) -> Contract:
    """What only reads can make nothing but an answer, so there is nothing to draft."""
    judged = (
        Criterion(id=f"p{n}", text=wanted, check=Judge(question=wanted))
        for n, wanted in enumerate(errand.criteria, 1)
    )
    given = Criterion(id="c1", text=ANSWERED, check=AnswerGiven())
    return Contract(outcome=errand.goal, criteria=(given, *judged))


def came_back(errand: Errand, state: State) -> ChildReturned | None:
    """What a child brings; None: it has not ended."""
    if state.ended is None:
        return None
    spent, checks = state.spent, state.checks
    return ChildReturned(
        number=errand.number,
        ending=state.ended.ending,
        reason=state.ended.reason,
        answer=state.ended.answer,
        files=tuple(sorted(state.ledger.artefacts.items())),
        criteria=tuple(
            CriterionSeen(
                text=c.text,
                passed=seen is not None and seen.passed,
                evidence=seen.evidence if seen else "not looked at",
                undecided=seen is None or seen.undecided,
            )
            for c in state.criteria
            for seen in (checks.get(c.id),)
        ),
        spent=Spending(
            steps=spent.steps,
            calls=spent.calls,
            input=spent.input,
            output=spent.output,
            cached=spent.cached,
            cost_usd=spent.cost_usd,
            unknown_cost=spent.unknown_cost,
            time_s=spent.time_s,
            denied=spent.denied,
            retries=spent.retries,
            lost=spent.lost,
        ),
        untrusted=state.provenance.untrusted,
        private=state.provenance.private,
        barred=tuple(f"{one.tool}: {one.why}" for one in state.barred),
        worked=tuple(tool for tool, times in sorted(state.worked.items()) for _ in range(times)),
        outside=tuple(state.outside)[::-1],
    )
