"""What a person asks of a run, from any shell, becomes part of its history."""

from collections.abc import AsyncIterator

from selfstarter.core.events import (
    CommandMissed,
    LimitRaised,
    PersonSaid,
    RaiseDenied,
    RunPaused,
    StopAsked,
)
from selfstarter.core.ports import Command
from selfstarter.core.state import State

Heard = PersonSaid | RunPaused | StopAsked | LimitRaised | RaiseDenied | CommandMissed


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


def decided(state: State, command: Command) -> LimitRaised | RaiseDenied | CommandMissed:
    place, _, rest = command.text.partition(" ")
    limit = state.raise_asked
    if limit is None or place != str(state.asked_at):
        return CommandMissed(command=command.id, why=f"no request {place} is open")
    if command.kind == "deny":
        return RaiseDenied(reason=rest.strip(), command=command.id)
    try:
        most = (state.limits.of(limit) or 0.0) + float(rest)
    except ValueError:
        return CommandMissed(command=command.id, why=f"{rest!r} is no amount")
    return LimitRaised(limit=limit, most=most, command=command.id)
