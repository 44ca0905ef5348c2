"""What a person asks of a run, from any shell, becomes part of its history."""

from collections.abc import AsyncIterator

from selfstarter.core.events import (
    ApprovalAsked,
    CallApproved,
    CallDenied,
    CommandMissed,
    ContractAccepted,
    LimitRaised,
    PersonSaid,
    RaiseDenied,
    RunPaused,
    StopAsked,
)
from selfstarter.core.ports import EACH_CALL, Command
from selfstarter.core.state import State
from selfstarter.moves.review import accepted

Decided = (
    LimitRaised
    | RaiseDenied
    | CallApproved
    | CallDenied
    | ContractAccepted
    | StopAsked
    | CommandMissed
)
Heard = PersonSaid | RunPaused | Decided


async def heard(state: State, command: Command) -> AsyncIterator[Heard]:
    """One event that answers the command: without it, it would be read again for ever."""
    match command.kind:
        case "say":
            yield PersonSaid(text=command.text, command=command.id)
        case "pause":
            yield RunPaused(reason=command.text or "paused by a person", command=command.id)
        case "stop":
            yield StopAsked(command=command.id)
        case "approve" | "deny":
            yield decided(state, command)


def decided(state: State, command: Command) -> Decided:
    place, _, rest = command.text.partition(" ")
    limit = state.raise_asked
    if place == str(state.asked_at) and state.approval:
        return permitted(state.approval, rest, command)
    if place == str(state.asked_at) and state.review_asked and not limit:
        return reviewed(state, rest.strip(), command)
    if limit is None or place != str(state.asked_at):
        return CommandMissed(command=command.id, why=f"no request {place} is open")
    if command.kind == "deny":
        return RaiseDenied(reason=rest.strip(), command=command.id)
    try:
        most = (state.limits.of(limit) or 0.0) + float(rest)
    except ValueError:
        return CommandMissed(command=command.id, why=f"{rest!r} is no amount")
    return LimitRaised(limit=limit, most=most, command=command.id)


def reviewed(state: State, rest: str, command: Command) -> Decided:
    if command.kind == "deny":
        return StopAsked(reason=rest, command=command.id)
    return accepted(state, rest, command)


def permitted(asked: ApprovalAsked, rest: str, command: Command) -> Decided:
    """An approval says by its hash what was looked at, and holds for nothing else; behind it, that
    it holds for each call of the tool."""
    if command.kind == "deny":
        return CallDenied(call_id=asked.call_id, reason=rest.strip(), command=command.id)
    digest, _, each = rest.strip().partition(" ")
    if digest != asked.digest or each not in ("", EACH_CALL):
        return CommandMissed(command=command.id, why="what was approved is not what is asked")
    rule = asked.tool if each else ""
    return CallApproved(call_id=asked.call_id, digest=digest, rule=rule, command=command.id)
