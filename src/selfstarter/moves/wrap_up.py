"""The end when it is not the good one: look once more at what is there, then say so honestly."""

import time
from collections.abc import AsyncIterator

from selfstarter.asking.ask import HEADROOM, REPORT_ANSWER, REPORT_PROMPT, ask
from selfstarter.asking.view import cut_to, one_line
from selfstarter.core.contract import PASSED, CommandPasses, Contract, Judge, Reproduced, TestsPass
from selfstarter.core.errors import ModelDown
from selfstarter.core.events import BudgetReached, CriterionChecked, Lost, ModelCalled, RunEnded
from selfstarter.core.fold import apply
from selfstarter.core.hands import Hands
from selfstarter.core.policy import WrapUp
from selfstarter.core.ports import Message, Recorded
from selfstarter.core.state import State, Turn
from selfstarter.goals.absent import never_there
from selfstarter.moves.agreement import only_written
from selfstarter.moves.check import no_longer
from selfstarter.moves.hand_in import said_last
from selfstarter.moves.judge import still_holds
from selfstarter.prompts import prompt
from selfstarter.proofs.checks import by_now, look
from selfstarter.proofs.exam import edited_exam

UNSAID = "Every criterion passes as it is, but the model had not said that it is done."
MOST_REASONS = 6
LONGEST = 240
"""Characters of one reason."""


async def wrap_up(
    state: State, hands: Hands, end: WrapUp
) -> AsyncIterator[CriterionChecked | ModelCalled | BudgetReached | RunEnded]:
    """Checks that cost no model call are run again, but no program where a person waits for the
    stop; the last report is paid from its reserve, and where there is none left, or no model to be
    had, the harness's own report is all."""
    began, stopped = time.monotonic(), end.ending == "stopped"
    for criterion in state.criteria:
        if isinstance(criterion.check, (Judge, Reproduced)) or criterion.id in state.fresh_looks:
            continue
        if stopped and isinstance(criterion.check, (CommandPasses, TestsPass)):
            continue
        passed, evidence = await look(criterion.check, by_now(state, began), hands)
        seen = CriterionChecked(
            criterion=criterion.id, passed=passed, evidence=evidence, round=state.round
        )
        yield seen
        # The report tells what was just seen, whether or not a crash came in between.
        state = apply(state, Recorded(state.seq + 1, state.last_at, seen))
    reason = end.reason
    if end.ending in ("out_of_budget", "out_of_time") and await all_there(state, hands):
        if state.last_finish:  # what was missing then is there now
            yield RunEnded(ending="done", answer=said_last(state), reason=f"{PASSED} {reason}")
            return
        reason = f"{reason} {UNSAID}"
    told, lost = "", Lost()
    if hands.profile.drafts_criteria and not stopped:
        try:
            called = state.reply_to("wrap_up") or await ask_for_report(state, hands, end)
        except ModelDown as down:
            called, lost = None, down.lost or Lost()
        if called is not None and called is not state.unread:
            yield called
        if isinstance(called, ModelCalled):
            told = called.text.strip()
    last = state.last_finish
    yield RunEnded(
        ending=end.ending,
        answer=f"{last.account}\n\n{not_accepted(state)}" if last else told,
        reason=reason,
        refused=last is not None,
        report=told if last else "",
        lost=lost,
    )


async def all_there(state: State, hands: Hands) -> bool:
    """Is all as it must be where a run is done, but for the word that it is?"""
    contract = state.contract
    if contract is None or not hands.profile.checks or not state.ledger.made:
        return False
    if state.said:  # what a person wants besides need not be among the criteria
        return False
    if never_there(state, hands) or edited_exam(contract, state, hands):
        return False
    if contract.open_ended or only_written(contract, state, hands):
        return False
    return all_pass(contract, state, hands) and not await no_longer(contract, state, hands)


def all_pass(contract: Contract, state: State, hands: Hands) -> bool:
    return all(
        still_holds(criterion, criterion.check, state, hands)
        if isinstance(criterion.check, Judge)
        else (seen := state.checks.get(criterion.id)) is not None and seen.passed
        for criterion in contract.criteria
    )


def not_accepted(state: State) -> str:
    """Why the last answer was not: what it lacks now, or what was said of it."""
    seen = ((c, state.checks.get(c.id)) for c in state.criteria)
    reasons = [
        f"- {c.text}: {look.evidence if look else 'not looked at'}"[:LONGEST]
        for c, look in seen
        if not (look and look.passed)
    ]
    said = state.refused or "It was not checked to its end."
    return "Not accepted:\n" + ("\n".join(reasons[:MOST_REASONS]) or said)


async def ask_for_report(state: State, hands: Hands, end: WrapUp) -> ModelCalled | BudgetReached:
    text = cut_to(report_prompt(state, end), REPORT_PROMPT - HEADROOM, hands.model.count)
    return await ask(state, hands, "wrap_up", [Message("user", text)], max_tokens=REPORT_ANSWER)


def report_prompt(state: State, end: WrapUp) -> str:
    lines = [f"- {c.text}: {how_it_stands(state.checks.get(c.id))}" for c in state.criteria]
    done = [in_a_line(turn) for turn in list(state.transcript)[:15]][::-1]
    return prompt(
        "wrap_up",
        reason=end.reason,
        goal=state.wanted,
        criteria="\n".join(lines) or "none were written",
        done="\n".join(done) or "nothing",
    )


def how_it_stands(seen: CriterionChecked | None) -> str:
    if seen is None:
        return "not looked at"
    if seen.passed:
        return "met"
    return seen.evidence[:LONGEST] if seen.undecided else f"not met: {seen.evidence[:LONGEST]}"


def in_a_line(turn: Turn) -> str:
    """Of an account that was turned down: what it said, and why it was."""
    if turn.finish is None:
        return one_line(turn, native=True)
    said = " ".join(turn.finish.account.split())[:LONGEST]
    return f"{turn.n}. finish: {said} -> {' '.join(turn.note.split())[:LONGEST]}"
