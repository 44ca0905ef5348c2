"""Go through a journal again without a model: does it fold to the end it records, and would the
policy of today, or one with other thresholds, have decided the same? Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from selfstarter.core.errors import BadSetting
from selfstarter.core.events import (
    EVENT,
    AnyEvent,
    ApprovalAsked,
    AttemptMade,
    CallApproved,
    CallDenied,
    CallReturned,
    CallStarted,
    ChildReturned,
    CommandMissed,
    Compacted,
    ContractAccepted,
    CriterionChecked,
    Delegated,
    FinishRejected,
    GoalRead,
    GoalSketched,
    LimitRaised,
    ModelCalled,
    PersonSaid,
    RaiseDenied,
    RunEnded,
    RunForked,
    RunImported,
    RunPaused,
    RunResumed,
    RunStarted,
    SourcesOutlined,
    StopAsked,
    WorkspaceSaved,
    WorkspaceUndone,
)
from selfstarter.core.fold import apply
from selfstarter.core.policy import (
    Act,
    Amend,
    AskPerson,
    AskRaise,
    AskReview,
    Check,
    Choose,
    Compact,
    Compose,
    Delegate,
    Draft,
    HandIn,
    Hint,
    Move,
    Plan,
    PutAway,
    Recall,
    Reflect,
    Rules,
    Scout,
    StartOver,
    Study,
    Warn,
    WrapUp,
    next_move,
)
from selfstarter.core.ports import Recorded
from selfstarter.core.profile import LARGE, SMALL
from selfstarter.core.state import State
from selfstarter.moves.act import act
from selfstarter.moves.amend import amend
from selfstarter.moves.budget import ask_raise, warn
from selfstarter.moves.check import check
from selfstarter.moves.choose import choose
from selfstarter.moves.compact import compact
from selfstarter.moves.compose import compose
from selfstarter.moves.delegate import delegate
from selfstarter.moves.draft import draft
from selfstarter.moves.hand_in import hand_in
from selfstarter.moves.plan import plan
from selfstarter.moves.put_away import put_away
from selfstarter.moves.recall import recall
from selfstarter.moves.reflect import ask_person, hint, reflect
from selfstarter.moves.review import ask_review
from selfstarter.moves.scout import scout
from selfstarter.moves.start_over import start_over
from selfstarter.moves.study import study
from selfstarter.moves.wrap_up import wrap_up

BY: Mapping[type[Any], Callable[..., Any]] = {
    Scout: scout,
    Draft: draft,
    Amend: amend,
    Recall: recall,
    Plan: plan,
    AskReview: ask_review,
    Choose: choose,
    Act: act,
    Delegate: delegate,
    Study: study,
    Compose: compose,
    Check: check,
    HandIn: hand_in,
    Reflect: reflect,
    StartOver: start_over,
    Hint: hint,
    AskPerson: ask_person,
    PutAway: put_away,
    Compact: compact,
    Warn: warn,
    AskRaise: ask_raise,
    WrapUp: wrap_up,
}
PURPOSES: Mapping[type[Any], set[str]] = {
    Draft: {"draft", "outline"},
    Amend: {"amend"},
    Plan: {"plan"},
    Choose: {"choose"},
    Study: {"study"},
    Compose: {"weigh", "compose"},
    Check: {"judge"},
    Reflect: {"reflect"},
    WrapUp: {"wrap_up"},
}
FROM_OUTSIDE = (
    RunStarted,
    RunResumed,
    RunPaused,
    PersonSaid,
    StopAsked,
    LimitRaised,
    RaiseDenied,
    CallApproved,
    CallDenied,
    ContractAccepted,
    CommandMissed,
    WorkspaceSaved,
    WorkspaceUndone,
    RunForked,
    RunImported,
)
"""Nothing that the policy decides."""
GOES_ON = (
    ModelCalled,
    CallStarted,
    Delegated,
    ChildReturned,
    CriterionChecked,
    AttemptMade,
    GoalRead,
    GoalSketched,
    SourcesOutlined,
    FinishRejected,
)
"""After these, the same move may have more to say."""
STEPS_IN = (Reflect, StartOver, Hint, PutAway, Compact, WrapUp)
"""Moves by which the policy interferes with the work."""


@dataclass(frozen=True, slots=True)
class Difference:
    """At the event `seq`, one decision and another."""

    seq: int
    journal: str
    """What happened, or what today's rules decide, in words."""
    other: str
    """What the other rules decide."""
    when: str = ""
    """`earlier`: only the other rules interfere; `later`: only they do not; else `otherwise`."""


@dataclass(frozen=True, slots=True)
class Replay:
    state: State
    moves: int
    """Decisions that were looked at."""
    faults: tuple[str, ...]
    """What is wrong with the journal itself; empty: it folds to the end that it records."""
    differences: tuple[Difference, ...]
    """Where the policy of today decides otherwise than the journal shows."""
    changes: tuple[Difference, ...]
    """Where the changed thresholds decide otherwise than those of today."""


def replay(records: Sequence[Recorded], thresholds: Mapping[str, str] | None = None) -> Replay:
    """Raises BadSetting: no such threshold, or no value for it."""
    wanted = read_thresholds(thresholds or {})
    rules = rules_of(records)
    state, going, moves = State(), None, 0
    differences: list[Difference] = []
    changes: list[Difference] = []
    for recorded in records:
        event = recorded.event
        if isinstance(event, RunResumed) and event.facts:
            rules = profile_rules(event.facts.small)
        if isinstance(event, FROM_OUTSIDE):
            going = None
        elif not (going and going_on(going, state, event)):
            full = isinstance(event, Compacted)
            move = next_move(state, rules, crowded=full)
            moves += 1
            if not may_yield(move, event):
                differences.append(Difference(recorded.seq, event_words(event), words(move)))
            other = next_move(state, replace(rules, **wanted), crowded=full)
            if wanted and words(other) != words(move):
                changes.append(
                    Difference(recorded.seq, words(move), words(other), when(move, other))
                )
            going = type(move)
        state = apply(state, recorded)
        if not isinstance(event, GOES_ON):
            going = None
    return Replay(state, moves, faults_in(records, state), tuple(differences), tuple(changes))


def rules_of(records: Iterable[Recorded]) -> Rules:
    """Those of the run's model. A journal that does not know what its model was like is taken for
    one of the embedded model where its name says so."""
    started = next((r.event for r in records if isinstance(r.event, RunStarted)), None)
    if started and started.facts:
        return profile_rules(started.facts.small)
    return profile_rules(started is not None and started.model.startswith("local"))


def profile_rules(small: bool) -> Rules:
    return (SMALL if small else LARGE).rules


def read_thresholds(given: Mapping[str, str]) -> dict[str, Any]:
    known = get_type_hints(Rules)
    found: dict[str, Any] = {}
    for name, text in given.items():
        if name not in known:
            raise BadSetting(
                "There is no threshold {name!r}. There are: {known}.",
                name=name,
                known=", ".join(known),
            )
        try:
            found[name] = TypeAdapter(known[name]).validate_python(text)
        except ValidationError as error:
            said = error.errors()[0]["msg"]
            raise BadSetting(
                "{text!r} is no value for {name}: {said}.", text=text, name=name, said=said
            ) from error
    return found


def going_on(going: type[Any], state: State, event: AnyEvent) -> bool:
    """Is this one more event of the move that has begun?"""
    if not isinstance(event, yields(going)):
        return False
    return not isinstance(event, ModelCalled) or event.purpose in PURPOSES.get(going, set())


def may_yield(move: Move, event: AnyEvent) -> bool:
    match move, event:
        case WrapUp(), RunEnded():
            return event.ending in (move.ending, "done")  # all was there, unsaid
        case Act(), CallStarted():
            return move.call.call_id == event.call_id
        case _, ModelCalled():
            return event.purpose in PURPOSES.get(type(move), set())
        case _:
            return isinstance(event, yields(type(move)))


def yields(move: type[Any]) -> tuple[type[Any], ...]:
    """The events of a move, as its own signature says."""
    if move not in BY:
        return ()
    (events,) = get_args(get_type_hints(BY[move])["return"])
    gate = (ApprovalAsked, CallReturned) if move in (Act, Delegate) else ()
    return (*(get_args(events) or (events,)), *gate)


def when(move: Move, other: Move) -> str:
    if isinstance(move, STEPS_IN) == isinstance(other, STEPS_IN):
        return "otherwise"
    return "earlier" if isinstance(other, STEPS_IN) else "later"


def words(move: Move) -> str:
    match move:
        case Reflect(trigger):
            return f"reflect ({trigger})"
        case StartOver(reason):
            return f"start over ({reason})"
        case Hint():
            return f"hint ({move.signal.name})"
        case PutAway():
            return f"put away {move.tool}"
        case WrapUp():
            return f"end as {move.ending} ({move.reason})"
        case Act():
            return f"act ({move.call.tool})"
        case _:
            return type(move).__name__.lower()


def event_words(event: AnyEvent) -> str:
    match event:
        case ModelCalled():
            return f"model_called for {event.purpose}"
        case RunEnded():
            return f"run_ended as {event.ending}"
        case _:
            return event.kind


def faults_in(records: Sequence[Recorded], state: State) -> tuple[str, ...]:
    faults: list[str] = []
    if [r.seq for r in records] != list(range(1, len(records) + 1)):
        faults.append("events are missing: their numbers have gaps")
    last = [r.event for r in records if isinstance(r.event, (RunEnded, RunResumed))][-1:]
    recorded = last[0] if last and isinstance(last[0], RunEnded) else None
    if state.ended != recorded and not (state.ended and state.ended.ending == "done"):
        faults.append(f"it records the end {recorded!r}, and folds to {state.ended!r}")
    failed = [
        c.id for c in state.criteria if not ((seen := state.checks.get(c.id)) and seen.passed)
    ]
    if state.is_done and failed:
        faults.append(f"it ended as done, and these did not pass: {', '.join(failed)}")
    again = State()
    for r in records:
        event = EVENT.validate_json(EVENT.dump_json(r.event))
        again = apply(again, Recorded(r.seq, r.at, event))
    if again != state:
        faults.append("written out and read again it folds to another state")
    return tuple(faults)
