"""A finish request is looked into: every criterion, cheapest first; then done, or back to work."""

from collections.abc import AsyncIterator

from selfstarter.asking.ask import ask_form
from selfstarter.asking.brought import told
from selfstarter.core.cleaning import in_a_line
from selfstarter.core.contract import (
    PASSED,
    SHOW_IT,
    CommandPasses,
    Contract,
    Criterion,
    Judge,
    Reproduced,
    ToolCalled,
)
from selfstarter.core.events import (
    AttemptMade,
    BudgetReached,
    CallChosen,
    ContractAmended,
    CriterionChecked,
    FinishAsked,
    FinishRejected,
    ModelCalled,
    ReplyRejected,
    RunEnded,
)
from selfstarter.core.hands import Hands
from selfstarter.core.said import N_
from selfstarter.core.state import State
from selfstarter.goals.absent import never_there
from selfstarter.goals.orders import ASKS
from selfstarter.moves.agreement import another_attempt, only_written, outvoted, reproduced
from selfstarter.moves.dispute import disputed, not_heard, rule
from selfstarter.moves.judge import judged
from selfstarter.moves.printed import last_runs, most_seen, times_asked
from selfstarter.moves.reaching_out import objection, to_be_judged, uncalled
from selfstarter.moves.way_out import is_last, unexcused
from selfstarter.proofs.account import UNSEEN, not_run, untrue
from selfstarter.proofs.checks import look
from selfstarter.proofs.exam import edited_exam
from selfstarter.proofs.hollow import QUOTED, word_for_nothing
from selfstarter.scaffold.named_tools import calling

COST = {"command_passes": 1, "tests_pass": 2, "judge": 3, "reproduced": 4, "tool_called": 5}
"""Order of looking; every kind that is not here comes first."""
OPEN = N_("Nothing here can check whether this is what was meant: look yourself.")
NEVER_THERE = "{names} is not there, so what was made without it cannot be what was meant."
FOUND_NOTHING = (
    "The account says {word}, so something was looked for and not found. Print what the input"
    " really looks like, mend that, and finish with the value."
)
COMMAND = 160
"""Characters of a command that failed."""
REFUSED = 2
"""Times that an account is refused for a number alone."""
NOT_CALLED = N_("All else passes, but a tool that the goal names was not called well.")
AS_GIVEN = (
    "That cannot be disputed: have them as they were, or, where the goal cannot be reached so, say"
    " it in `missing`."
)
UNSHOWN = "All else passes, but this could not be judged:"
UNDECIDED = "All else passes, but nobody could judge this, so look yourself: {texts}."
WRONG_CHECK = "A check that no right result can pass: `disputed` of `finish`."
MISSING = N_("Not every criterion is met; the answer says why, under “Not done”.")
WAY_OUT = "What cannot be done here at all, make nothing up for: say it in `missing` of `finish`."
UNCHECKED = N_("The model says so; nothing was checked.")
NOT_REPRODUCED = N_("Independent attempts came to different results, so look at this one yourself.")
Checked = (
    CriterionChecked
    | AttemptMade
    | ModelCalled
    | BudgetReached
    | FinishRejected
    | CallChosen
    | FinishAsked
    | ReplyRejected
    | ContractAmended
    | RunEnded
)


async def check(state: State, hands: Hands) -> AsyncIterator[Checked]:
    """One criterion a move; after the last, the verdict. A crash repeats at most one look."""
    contract = state.contract
    if contract is None or state.finish is None:
        return
    if not hands.profile.checks:
        yield RunEnded(ending="done", answer=state.finish.account, reason=UNCHECKED)
        return
    absent = never_there(state, hands)
    without = NEVER_THERE.format(names=", ".join(absent))
    if absent and not state.ledger.made:
        yield RunEnded(ending="partly", answer=state.finish.account, reason=without)
        return
    account, missing = state.finish.account, state.finish.missing
    if (word := nothing_in(state, hands)) and not missing:
        yield FinishRejected(failures=FOUND_NOTHING.format(word=word))
        return
    drafts = hands.profile.drafts_criteria
    waiting = [c for c in in_order(contract, drafts) if not looked_at(c, state)]
    missed = [c for c in contract.criteria if looked_at(c, state) and not state.checks[c.id].passed]
    undecided = [c for c in missed if state.checks[c.id].undecided]
    failed = [c for c in missed if c not in undecided]
    # A small model calls what acts outside within the finish, when all else has passed.
    besides = failed if drafts else [c for c in failed if not isinstance(c.check, ToolCalled)]
    unseen = [c for c in waiting if not isinstance(c.check, Reproduced)]
    last = waiting and isinstance(waiting[0].check, Judge if drafts else (Judge, ToolCalled))
    # One failure at a time is enough for it; a bigger one has few attempts to lose.
    most = COST["tests_pass"] if drafts else 0
    worth = waiting and (not besides or cost(waiting[0], drafts) <= most)
    if worth and not last:
        async for event in examine(waiting[0], state, hands):
            yield event
    elif edited := edited_exam(contract, state, hands):
        if drafts and missing and any(AS_GIVEN in turn.note for turn in state.transcript):
            yield RunEnded(ending="partly", answer=account, reason=f"{MISSING} {edited}")
            return
        besides_it = (failures_text(failed, state, hands),) if failed else ()
        way_on = (AS_GIVEN,) if drafts else ()
        yield FinishRejected(failures="\n".join((edited, *way_on, *besides_it)))
    elif better := outvoted(besides, state):
        yield FinishRejected(failures=failures_text(failed, state, hands))
        yield better
    elif besides and all(isinstance(criterion.check, Reproduced) for criterion in besides):
        # Another try of the same model would be one more opinion, not a proof.
        yield RunEnded(ending="partly", answer=account, reason=NOT_REPRODUCED)
    elif drafts and (called_wrong := disputed(besides, state)):
        failures = failures_text(failed, state, hands)
        async for event in rule(*called_wrong, failures, state, hands):
            yield event
    elif besides and missing and unseen:  # the person reads of each how it stands
        async for event in examine(unseen[0], state, hands):
            yield event
    elif besides and missing and (unsaid := unexcused(failed, state, hands)):
        yield FinishRejected(failures=f"{what_failed(failed, state, hands)}\n{unsaid}")
    elif besides and missing:
        yield RunEnded(ending="partly", answer=account, reason=MISSING)
    elif besides and all_judged(besides) and judges_next(waiting, hands):
        async for event in examine(waiting[0], state, hands):
            yield event
    elif besides:
        yield FinishRejected(failures=failures_text(failed, state, hands))
    elif (wrong := untrue(state, hands)) and not remarked(state):
        yield FinishRejected(failures="\n".join(filter(None, (wrong, objection(state, hands)))))
    elif uncalled_for := objection(state, hands):
        yield FinishRejected(failures=uncalled_for)
    elif not missing and (look_there := to_be_judged(contract, state, hands)):
        yield look_there
    elif waiting:
        async for event in examine(waiting[0], state, hands):
            yield event
    elif failed:  # it was tried: what is made stays as it is
        yield RunEnded(ending="partly", answer=account, reason=NOT_CALLED)
    elif missing and uncalled(state, hands):
        yield RunEnded(ending="partly", answer=account, reason=MISSING)
    elif drafts and not missing and (unshown := to_be_shown(undecided, state, hands)):
        yield FinishRejected(failures=unshown)
    elif undecided:
        texts = "; ".join(criterion.text for criterion in undecided)
        reason = UNDECIDED.format(texts=texts)
        yield RunEnded(ending="partly", answer=account, reason=reason)
    elif absent:
        yield RunEnded(ending="partly", answer=account, reason=without)
    elif undone := await no_longer(contract, state, hands):
        for found in undone:
            yield found
    elif contract.open_ended or only_written(contract, state, hands):
        yield RunEnded(ending="partly", answer=told(state), reason=OPEN)
    else:
        reason = f"{PASSED} {wrong}" if wrong else PASSED
        yield RunEnded(ending="done", answer=account, reason=reason)


def to_be_shown(undecided: list[Criterion], state: State, hands: Hands) -> str:
    """What a judge would have to see, for its maker may have it: once, and once more where a
    program was run to show it; empty: nothing, or a limit is near, and what there is counts."""
    looks = [(c.text, state.checks[c.id]) for c in undecided]
    unseen = [f"- {text}: {seen.evidence}" for text, seen in looks if seen.about]
    asked = times_asked(state)
    tried = not asked or any(turn.n > asked[0] for turn in last_runs(state))
    if not unseen or not tried or len(asked) > 1 or is_last(state, hands):
        return ""
    return "\n".join((UNSHOWN, *unseen, f"{SHOW_IT} {most_seen(hands.model.facts.window)}"))


def all_judged(criteria: list[Criterion]) -> bool:
    return all(isinstance(criterion.check, Judge) for criterion in criteria)


def judges_next(waiting: list[Criterion], hands: Hands) -> bool:
    """Is another judge to be heard? A bigger model is told all that is wrong at once: a verdict
    costs less than one more step."""
    return hands.profile.drafts_criteria and bool(waiting) and all_judged(waiting[:1])


def remarked(state: State) -> bool:
    """Is a number that nobody knows from where it comes to be remarked on, and not refused again?
    Where the goal asks for nothing, right work should not be lost for it."""
    refused = sum(UNSEEN in turn.note for turn in state.transcript)
    asked = state.is_question or ASKS.search(state.wanted)
    return refused >= REFUSED and not asked and not not_run(state)


def nothing_in(state: State, hands: Hands) -> str:
    """A program's word for nothing, where a value belongs. A bigger model says of code, in quotes,
    what it gives, and accounts for more than a value where nothing was asked."""
    said = state.finish.summary if state.finish else ""
    heads = state.scouted.heads if state.scouted else ""
    if not hands.profile.owns_plan:
        said = QUOTED.sub(" ", said) if state.is_question else ""
    return word_for_nothing(said, state.goal, heads)


def in_order(contract: Contract, drafts: bool) -> list[Criterion]:
    return sorted(contract.criteria, key=lambda c: cost(c, drafts))


def cost(criterion: Criterion, drafts: bool) -> int:
    """A bigger model has made its calls by then, and to count them costs nothing."""
    free = drafts and isinstance(criterion.check, ToolCalled)
    return 0 if free else COST.get(criterion.check.kind, 0)


def looked_at(criterion: Criterion, state: State) -> bool:
    seen = state.checks.get(criterion.id)
    return seen is not None and seen.round == state.round


async def examine(criterion: Criterion, state: State, hands: Hands) -> AsyncIterator[Checked]:
    passed, evidence = False, ""
    match criterion.check:
        case Reproduced():
            if more := await another_attempt(criterion.check, state, hands):
                yield more
                return
            passed, evidence = reproduced(criterion.check, state, hands)
        case Judge() as check:
            async for event in judged(criterion, check, state, hands):
                yield event
            return
        case ToolCalled(tool=name) if form := calling(name, state, hands):
            called = state.reply_to("choose")
            if called is None:
                called = await ask_form(state, hands, form)
                yield called
            if isinstance(called, ModelCalled):
                yield form.read(called.text)
            return
        case other:
            passed, evidence = await look(other, state, hands)
    yield CriterionChecked(
        criterion=criterion.id, passed=passed, evidence=evidence, round=state.round
    )


async def no_longer(contract: Contract, state: State, hands: Hands) -> list[CriterionChecked]:
    """Those that passed, cost nothing to look at, and do not pass any more: a check that took its
    time, or somebody else, has changed what they are about."""
    free = [c for c in contract.criteria if c.check.kind not in COST]
    seen = [(c, *await look(c.check, state, hands)) for c in free]
    return [
        CriterionChecked(criterion=c.id, passed=False, evidence=evidence, round=state.round)
        for c, passed, evidence in seen
        if not passed
    ]


def what_failed(failed: list[Criterion], state: State, hands: Hands) -> str:
    large = hands.profile.drafts_criteria
    how = {c.id: by_command(c) for c in failed if large}
    lines = [f"- {c.text}{how.get(c.id, '')}: {state.checks[c.id].evidence}" for c in failed]
    return "Not finished. These checks failed:\n" + "\n".join(lines)


def by_command(criterion: Criterion) -> str:
    """How the command begins: where it is to be met, it stands whole."""
    if not isinstance(criterion.check, CommandPasses):
        return ""
    first, _, more = criterion.check.command.strip().partition("\n")
    return f" ($ {in_a_line(first, COMMAND)}{' …' if more else ''})"


def failures_text(failed: list[Criterion], state: State, hands: Hands) -> str:
    large = hands.profile.drafts_criteria
    told = f"{what_failed(failed, state, hands)}\nMend this, then finish."
    wrong = f" {WRONG_CHECK}" if any(isinstance(c.check, CommandPasses) for c in failed) else ""
    more = " ".join(filter(None, (not_heard(failed, state), objection(state, hands))))
    return f"{told} {WAY_OUT}{wrong} {more}".strip() if large else told
