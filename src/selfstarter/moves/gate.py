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
    BY_A_PERSON,
    Standing,
    Verdict,
    digest_of,
    judge,
    known_labels,
    labels_of,
)
from selfstarter.core.hands import Hands
from selfstarter.core.provenance import SEARCH
from selfstarter.core.state import State

WITHOUT = "Do without it, or in another way, and say at the end what was left out."
BY_A_SEARCH = f"A search in words of the goal only opens its hits. {WITHOUT}"


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
        yield barred(call, verdict, way_on(call, verdict, state, hands))


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


def way_on(call: CallChosen, verdict: Verdict, state: State, hands: Hands) -> str:
    """What a model that is shown the search can do about a page that is closed to it."""
    shown = SEARCH in hands.tools and SEARCH in (hands.profile.tools or hands.tools)
    by_address = verdict.kind == "ask" and state.permissions.mode == "auto"
    return BY_A_SEARCH if call.tool == "read_page" and by_address and shown else WITHOUT


def barred(call: CallChosen, verdict: Verdict, way_on: str) -> CallReturned:
    return CallReturned(
        call_id=call.call_id,
        status="denied",
        error=f"{call.tool} did not run: {verdict.why}.",
        next_action=way_on,
        barred=verdict.why,
    )
