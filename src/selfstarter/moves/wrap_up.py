"""The end when it is not the good one: look once more at what is there, then say so honestly."""

import time
from collections.abc import AsyncIterator

from selfstarter.core.contract import CommandPasses, Judge, Reproduced, TestsPass
from selfstarter.core.errors import ModelDown
from selfstarter.core.events import BudgetReached, CriterionChecked, Lost, ModelCalled, RunEnded
from selfstarter.core.fold import apply
from selfstarter.core.hands import Hands
from selfstarter.core.policy import WrapUp
from selfstarter.core.ports import Message, Recorded
from selfstarter.core.state import State
from selfstarter.moves.ask import HEADROOM, REPORT_ANSWER, REPORT_PROMPT, ask
from selfstarter.moves.check import looked_at
from selfstarter.moves.checks import by_now, look
from selfstarter.moves.view import cut_to, one_line
from selfstarter.prompts import prompt


async def wrap_up(
    state: State, hands: Hands, end: WrapUp
) -> AsyncIterator[CriterionChecked | ModelCalled | BudgetReached | RunEnded]:
    """Checks that cost no model call are run again, but no program where a person waits for the
    stop; the last report is paid from its reserve, and where there is none left, or no model to be
    had, the harness's own report is all."""
    began, stopped = time.monotonic(), end.ending == "stopped"
    for criterion in state.criteria:
        if isinstance(criterion.check, (Judge, Reproduced)) or looked_at(criterion, state):
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
    answer, lost = state.finish.summary if state.finish else "", Lost()
    if hands.profile.drafts_criteria and not stopped:
        try:
            called = state.reply_to("wrap_up") or await ask_for_report(state, hands, end)
        except ModelDown as down:
            called, lost = None, down.lost or Lost()
        if called is not None and called is not state.unread:
            yield called
        if isinstance(called, ModelCalled):
            answer = called.text.strip()
    yield RunEnded(ending=end.ending, answer=answer, reason=end.reason, lost=lost)


async def ask_for_report(state: State, hands: Hands, end: WrapUp) -> ModelCalled | BudgetReached:
    text = cut_to(report_prompt(state, end), REPORT_PROMPT - HEADROOM, hands.model.count)
    return await ask(state, hands, "wrap_up", [Message("user", text)], max_tokens=REPORT_ANSWER)


def report_prompt(state: State, end: WrapUp) -> str:
    lines = [
        f"- {c.text}: {'met' if (seen := state.checks.get(c.id)) and seen.passed else 'not met'}"
        for c in state.criteria
    ]
    done = [one_line(turn, native=True) for turn in list(state.transcript)[:15]][::-1]
    return prompt(
        "wrap_up",
        reason=end.reason,
        goal=state.wanted,
        criteria="\n".join(lines) or "none were written",
        done="\n".join(done) or "nothing",
    )
