"""The whole control policy: what to do next, as one pure function of the state.

The order of the questions in `next_move` is the order of importance; the first that applies wins.
"""

from dataclasses import dataclass

from selfstarter.core.budget import reached, too_little, warning_due
from selfstarter.core.events import DELEGATE, CallChosen, Ending, LimitName
from selfstarter.core.rules import Rules
from selfstarter.core.said import N_
from selfstarter.core.signals import Signal, signal_in
from selfstarter.core.state import State

STOPPED = N_("A person asked it to stop.")


@dataclass(frozen=True, slots=True)
class Scout: ...


@dataclass(frozen=True, slots=True)
class Draft: ...


@dataclass(frozen=True, slots=True)
class Amend:
    """A person has spoken: does that change what done means?"""


@dataclass(frozen=True, slots=True)
class Recall:
    """Ask the long-term memory about the task at hand."""


@dataclass(frozen=True, slots=True)
class Plan: ...


@dataclass(frozen=True, slots=True)
class AskReview:
    """A person looks at contract and plan before any work."""


@dataclass(frozen=True, slots=True)
class Choose: ...


@dataclass(frozen=True, slots=True)
class Act:
    call: CallChosen
    attempt: int
    """From 1. Above 1, a crash cut an earlier attempt short: its effect may have happened."""


@dataclass(frozen=True, slots=True)
class Delegate:
    """Send the children of a call, wait for those that are out, or tell what they brought."""

    call: CallChosen


@dataclass(frozen=True, slots=True)
class Study: ...


@dataclass(frozen=True, slots=True)
class Compose: ...


@dataclass(frozen=True, slots=True)
class Check: ...


@dataclass(frozen=True, slots=True)
class HandIn: ...


@dataclass(frozen=True, slots=True)
class Reflect:
    trigger: str


@dataclass(frozen=True, slots=True)
class StartOver:
    reason: str


@dataclass(frozen=True, slots=True)
class Hint:
    signal: Signal


@dataclass(frozen=True, slots=True)
class AskPerson:
    question: str


@dataclass(frozen=True, slots=True)
class PutAway:
    tool: str


@dataclass(frozen=True, slots=True)
class Compact: ...


@dataclass(frozen=True, slots=True)
class Warn:
    limit: LimitName


@dataclass(frozen=True, slots=True)
class AskRaise:
    limit: LimitName


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until a person acts: the process may exit."""


@dataclass(frozen=True, slots=True)
class WrapUp:
    ending: Ending
    reason: str


Move = (
    Scout
    | Draft
    | Amend
    | Recall
    | Plan
    | AskReview
    | Choose
    | Act
    | Delegate
    | Study
    | Compose
    | Check
    | HandIn
    | Reflect
    | StartOver
    | Hint
    | AskPerson
    | PutAway
    | Compact
    | Warn
    | AskRaise
    | Wait
    | WrapUp
)


def next_move(state: State, rules: Rules, crowded: bool = False) -> Move:
    """`crowded`: the transcript no longer fits its share of the window."""
    if state.pending and state.children_out and (state.stop_asked or not state.paused):
        return Delegate(state.pending)  # no end before it is known what they have spent
    if end := _must_end(state, rules):
        return end
    if state.waiting or (state.paused and not _was_chosen(state)):
        return Wait()
    if limit := warning_due(state, rules):
        return Warn(limit)
    if state.scouted is None:
        return Scout()
    if state.contract is None:
        return Draft()
    if state.pending and state.pending.tool == DELEGATE:
        return Delegate(state.pending)
    if state.pending:
        return Act(state.pending, attempt=state.starts + 1)
    if state.unweighed:
        return Amend()
    if state.finish:
        return Check()
    if state.plan and state.review_due:
        return AskReview()
    if state.recall_due:
        return Recall()
    if not state.plan:
        return Plan()
    if _can_hand_in(state, rules):
        return HandIn()
    if state.broken[1] >= rules.tool_failures:
        return PutAway(state.broken[0])
    if spoiled := _spoiled(state, rules):
        return StartOver(spoiled)
    if trouble := _trouble(state, rules):
        return trouble
    if state.queued or state.cut_off or state.reply_to("choose"):
        return Choose()  # what one reply asked for is done in one go
    crowded = crowded or state.turns - state.keep_from > rules.window_turns
    if crowded and state.turns > state.compacted_at:
        return Compact()
    if state.task is None and state.outline is not None and not state.round:
        return Compose()  # the document is saved: it is handed in
    match state.task.method if state.task else "act":
        case "study":
            return Study()
        case "compose":
            return Compose()
        case _:
            return Choose()


def _was_chosen(state: State) -> bool:
    """Is a call chosen and not done? A pause comes after it; children pause by themselves."""
    return state.pending is not None and state.pending.tool != DELEGATE


def _must_end(state: State, rules: Rules) -> WrapUp | AskRaise | Wait | None:
    if state.stop_asked:
        why = f"A person asked it to stop: {state.stop_reason}" if state.stop_reason else STOPPED
        return WrapUp("stopped", why)
    if limit := reached(state):
        return _at_limit(state, limit)
    if state.pending or state.finish or _can_hand_in(state, rules):
        return None  # what was begun inside the limit is brought to its end
    if state.spent.steps >= state.limits.steps:
        end = _at_limit(state, "steps")
        return None if isinstance(end, WrapUp) and _may_still_finish(state, rules) else end
    in_a_row = min(state.turned_down[1], state.rejections)
    if in_a_row >= rules.finish_rejections or state.rejections >= rules.rejections_in_all:
        tried = f"{state.rejections} attempts to finish did not meet every criterion."
        return WrapUp("partly", tried)
    if rules.hands_in and state.outline is not None and state.rejections:
        # Asked to mend a long text, a small model writes a short one over it.
        return WrapUp("partly", N_("The document does not meet every criterion."))
    return None


def _no_progress(state: State) -> str:
    tried = [f"{state.reflections} reflections"] if state.reflections else []
    tried += [f"{state.starts_over} fresh starts"] if state.starts_over else []
    after = f", after {' and '.join(tried)}" if tried else ""
    return f"No progress in {max(state.ledger.idle, state.failures)} steps{after}."


def _spoiled(state: State, rules: Rules) -> str:
    """Why to begin again; empty: no reason, or no more tries."""
    if not _may_start_over(state, rules):
        return ""
    if state.rejections >= rules.spoiled_after:
        return f"{state.rejections} attempts to finish did not meet every criterion"
    if state.failures + state.misses >= (rules.mends if state.mends else rules.failures):
        return f"{state.failures + state.misses} tries failed or did not meet every criterion"
    if state.ledger.idle >= rules.idle_steps:
        return f"nothing changed in {state.ledger.idle} steps"
    if state.rejected > rules.spoiled_after:
        return f"{state.rejected} replies in a row could not be used"
    return ""


def _may_start_over(state: State, rules: Rules) -> bool:
    return state.starts_over < rules.starts_over and state.outline is None


def _can_hand_in(state: State, rules: Rules) -> bool:
    return rules.hands_in and state.changed and state.can_be_handed_in


def _may_still_finish(state: State, rules: Rules) -> bool:
    """To finish takes no step: who says by itself when it is done is asked once more after its last
    call, or what came of the calls of one reply would be lost."""
    says = not rules.hands_in and state.outline is None and bool(state.plan)
    unasked = state.asked_at < state.spent.steps or state.reply_to("choose") is not None
    return says and unasked


def _at_limit(state: State, limit: LimitName) -> WrapUp | AskRaise | Wait:
    if state.raise_asked:
        return Wait()
    if state.on_limit == "ask" and not state.raise_denied:
        return AskRaise(limit)
    said = f"{too_little(state, limit)} {state.raise_denied}".strip()
    return WrapUp("out_of_time" if limit == "time" else "out_of_budget", said)


def _trouble(state: State, rules: Rules) -> Reflect | StartOver | Hint | AskPerson | WrapUp | None:
    """Is the run getting anywhere? Only measured progress counts, and each sign of going nowhere
    climbs one rung: a hint, a refusal (by `act` and `choose`), a fresh start (of a small model) or
    reflections, a person, the end."""
    if state.rejected >= rules.reply_rejections:
        return _last_rung(
            state, rules, f"The model gave {state.rejected} unusable replies in a row."
        )
    ledger = state.ledger
    last = next(iter(state.transcript), None)
    failing = state.failures >= rules.failures
    if ledger.idle >= rules.idle_steps or (failing and last is not None and last.call is not None):
        failed = f"{state.failures} calls in a row failed"
        trigger = failed if failing else f"nothing changed in {ledger.idle} steps"
        return _next_rung(state, rules, trigger, _no_progress(state))
    signal = signal_in(state, rules) if state.wasted else None
    if signal is None:
        return None
    if not state.hints:
        return Hint(signal)
    if state.wasted < signal.patience or state.refusals == 1:
        return None
    said = f"It went in circles, and reflecting did not change that: {signal.name}."
    return _next_rung(state, rules, signal.name, said)


def _next_rung(
    state: State, rules: Rules, trigger: str, said: str
) -> Reflect | StartOver | AskPerson | WrapUp:
    if _may_start_over(state, rules):
        return StartOver(trigger)
    if state.reflections < rules.reflections:
        return Reflect(trigger)
    return _last_rung(state, rules, said)


def _last_rung(state: State, rules: Rules, said: str) -> AskPerson | WrapUp:
    """Who is there is asked before it is given up."""
    if state.attended and state.questions < rules.questions:
        return AskPerson(f"{said} What should be done differently?")
    return WrapUp("stuck", said)
