"""The end when it is not the good one: look once more at what is there, then say so honestly."""

from collections.abc import AsyncIterator

from selfstarter.core.contract import Judge, Reproduced
from selfstarter.core.events import CriterionChecked, ModelCalled, RunEnded
from selfstarter.core.hands import Hands
from selfstarter.core.policy import WrapUp
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.ask import ask
from selfstarter.moves.check import looked_at
from selfstarter.moves.checks import look
from selfstarter.moves.view import one_line
from selfstarter.prompts import prompt


async def wrap_up(
    state: State, hands: Hands, end: WrapUp
) -> AsyncIterator[CriterionChecked | ModelCalled | RunEnded]:
    """Checks that cost no model call are run again; the last report is paid from its reserve."""
    for criterion in state.contract.criteria if state.contract else ():
        if isinstance(criterion.check, (Judge, Reproduced)) or looked_at(criterion, state):
            continue
        passed, evidence = await look(criterion.check, state, hands)
        yield CriterionChecked(
            criterion=criterion.id, passed=passed, evidence=evidence, round=state.round
        )
    answer = state.finish.summary if state.finish else ""
    if hands.profile.drafts_criteria and end.ending != "stopped":
        called = state.reply_to("wrap_up") or await ask(
            state, hands, "wrap_up", [Message("user", report_prompt(state, end))], max_tokens=400
        )
        if isinstance(called, ModelCalled):
            if called is not state.unread:
                yield called
            answer = called.text.strip()
    yield RunEnded(ending=end.ending, answer=answer, reason=end.reason)


def report_prompt(state: State, end: WrapUp) -> str:
    criteria = state.contract.criteria if state.contract else ()
    lines = [
        f"- {c.text}: {'met' if (seen := state.checks.get(c.id)) and seen.passed else 'not met'}"
        for c in criteria
    ]
    done = [one_line(turn) for turn in list(state.transcript)[:15]][::-1]
    return prompt(
        "wrap_up",
        reason=end.reason,
        goal=state.goal,
        criteria="\n".join(lines) or "none were written",
        done="\n".join(done) or "nothing",
    )
