"""Every call passes here before it runs, whoever asked for it: the model, the harness, a child.

What is not permitted is a result that the model reads, and a line of the report; where a person is
there, it is asked first. Waiting is a state: the process may exit.
"""

from collections.abc import AsyncIterator
from typing import Any

from selfstarter.core.events import (
    DELEGATE,
    AnyEvent,
    ApprovalAsked,
    CallApproved,
    CallChosen,
    CallDenied,
    CallReturned,
)
from selfstarter.core.gate import (
    ALLOWED,
    Standing,
    Verdict,
    digest_of,
    judge,
    known_labels,
    labels_of,
)
from selfstarter.core.hands import Hands
from selfstarter.core.state import State

BY_A_PERSON = "a person did not allow it"


async def gated(
    state: State, hands: Hands, call: CallChosen, then: AsyncIterator[Any]
) -> AsyncIterator[AnyEvent]:
    """The events of `then` if the call may run; else the request to a person, or the refusal."""
    verdict = verdict_on(call, state, hands)
    if verdict.kind == "allow":
        async for event in then:
            yield event
    elif verdict.kind == "ask" and state.attended:
        yield ApprovalAsked(
            call_id=call.call_id,
            tool=call.tool,
            args=call.args,
            digest=digest_of(call.tool, call.args),
            why=verdict.why,
        )
    else:
        yield barred(call, verdict)


def verdict_on(call: CallChosen, state: State, hands: Hands) -> Verdict:
    tool = hands.tools.get(call.tool)
    labels = known_labels(DELEGATE) if call.tool == DELEGATE else labels_of(tool) if tool else None
    if labels is None:
        return ALLOWED  # there is nothing to run: `act` says so
    verdict = judge(call.tool, call.args, labels, standing(state, hands))
    if verdict.kind != "ask":
        return verdict
    match state.decided:
        case CallApproved(call_id=call.call_id, digest=digest):
            same = digest == digest_of(call.tool, call.args)
            return ALLOWED if same else verdict
        case CallDenied(call_id=call.call_id, reason=reason):
            said = f": {reason}" if reason else ""
            return Verdict("deny", f"{BY_A_PERSON}{said} ({verdict.why})")
        case _:
            return verdict


def standing(state: State, hands: Hands) -> Standing:
    return Standing(state.permissions, state.provenance, state.own_words, hands.floor)


def barred(call: CallChosen, verdict: Verdict) -> CallReturned:
    return CallReturned(
        call_id=call.call_id,
        status="denied",
        error=f"{call.tool} did not run: {verdict.why}.",
        next_action="Do without it, or in another way, and say at the end what was left out.",
        barred=verdict.why,
    )
