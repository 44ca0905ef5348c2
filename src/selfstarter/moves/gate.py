"""Every call passes here before it runs, whoever asked for it: the model, the harness, a child.

What is not permitted is a result that the model reads, and a line of the report; where a person is
there, it is asked first. Waiting is a state: the process may exit.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

from selfstarter.core.events import (
    DELEGATE,
    AnyEvent,
    ApprovalAsked,
    CallApproved,
    CallChosen,
    CallDenied,
    CallReturned,
)
from selfstarter.core.gate import ALLOWED, Labels, Standing, Verdict, digest_of, judge, known_labels
from selfstarter.core.hands import Hands
from selfstarter.core.ports import JsonSchema, Tool
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
    elif verdict.kind == "ask" and state.started is not None and state.started.attended:
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


def labels_of(tool: Tool) -> Labels:
    return Labels(
        reads=tool.effect == "read",
        egress=tool.egress,
        for_good=tool.effect == "irreversible",
        choices=frozenset(choices(tool.parameters)),
    )


def choices(schema: object) -> Iterator[str]:
    """Words that a schema lists for its arguments to be one of."""
    match schema:
        case dict():
            for key, inner in cast(JsonSchema, schema).items():
                listed = cast(list[object], inner) if key == "enum" else ()
                yield from (word for word in listed if isinstance(word, str))
                yield from choices(inner)
        case list():
            for inner in cast(list[object], schema):
                yield from choices(inner)
        case _:
            return


def barred(call: CallChosen, verdict: Verdict) -> CallReturned:
    return CallReturned(
        call_id=call.call_id,
        status="denied",
        error=f"{call.tool} did not run: {verdict.why}.",
        next_action="Do without it, or in another way, and say at the end what was left out.",
        barred=verdict.why,
    )
