"""The whole control policy: what to do next, as one pure function of the state.

The order of the questions in `next_move` is the order of importance; the first that applies wins.
"""

from dataclasses import dataclass

from selfstarter.core.budget import is_spent, reached, warning_due
from selfstarter.core.events import DELEGATE, CallChosen, Ending, LimitName
from selfstarter.core.ledger import call_print
from selfstarter.core.state import State


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds of the policy. A small model gets a shorter leash."""

    finish_rejections: int = 3
    """Finish requests turned down before the run ends as it is."""
    reply_rejections: int = 4
    """Unusable replies in a row before the run ends."""
    draft_tries: int = 2
    """Unusable drafts before the harness writes the contract alone."""
    hint_after: int = 2
    """The same call with the same result, this often in a row, earns a hint."""
    idle_steps: int = 6
    """Steps without progress before a reflection."""
    failures: int = 4
    """Failed calls in a row before a reflection."""
    reflections: int = 2
    """Reflections without progress in between before the run ends as stuck."""
    starts_over: int = 0
    """Times the work is thrown away and begun again before the run ends as it is."""
    spoiled_after: int = 2
    """Finish requests turned down, or unusable replies, that spoil a try."""
    hands_in: bool = False
    """The harness asks to finish as soon as every quick check passes, without the model."""
    depth: int = 2
    """Runs that may stand above one another below the person's own."""
    children: int = 6
    """Child runs of one run."""
    tool_failures: int = 4
    """The same failure of one tool in a row, whatever the arguments, before it is put away."""
    window_turns: int = 400
    """Turns after which the transcript is compacted, whatever their length."""


@dataclass(frozen=True, slots=True)
class Scout: ...


@dataclass(frozen=True, slots=True)
class Draft: ...


@dataclass(frozen=True, slots=True)
class Plan: ...


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
    signal: str
    call: CallChosen


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
    | Plan
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
    if state.paused or state.waiting:
        return Wait()
    if limit := warning_due(state):
        return Warn(limit)
    if state.scouted is None:
        return Scout()
    if state.contract is None:
        return Draft()
    if state.pending and state.pending.tool == DELEGATE:
        return Delegate(state.pending)
    if state.pending:
        return Act(state.pending, attempt=state.starts + 1)
    if state.finish:
        return Check()
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


def _must_end(state: State, rules: Rules) -> WrapUp | AskRaise | Wait | None:
    if state.stop_asked:
        return WrapUp("stopped", "A person asked it to stop.")
    if limit := reached(state):
        return _at_limit(state, limit)
    if state.pending or state.finish or _can_hand_in(state, rules):
        return None  # what was begun inside the limit is brought to its end
    if state.spent.steps >= state.limits.steps:
        return _at_limit(state, "steps")
    if state.rejections >= rules.finish_rejections:
        tried = f"{state.rejections} attempts to finish did not meet every criterion."
        return WrapUp("partly", tried)
    if rules.hands_in and state.outline is not None and state.rejections:
        # Asked to mend a long text, a small model writes a short one over it.
        return WrapUp("partly", "The document does not meet every criterion.")
    if state.rejected >= rules.reply_rejections and state.contract is not None:
        return WrapUp("stuck", f"The model gave {state.rejected} unusable replies in a row.")
    return None


def _no_progress(state: State) -> str:
    tried = [f"{state.reflections} reflections"] if state.reflections else []
    tried += [f"{state.starts_over} fresh starts"] if state.starts_over else []
    after = f", after {' and '.join(tried)}" if tried else ""
    return f"No progress in {max(state.ledger.idle, state.failures)} steps{after}."


def _spoiled(state: State, rules: Rules) -> str:
    """Why to begin again; empty: no reason, or no more tries."""
    if state.starts_over >= rules.starts_over or state.outline is not None:
        return ""
    if state.rejections >= rules.spoiled_after:
        return f"{state.rejections} attempts to finish did not meet every criterion"
    if state.failures + state.misses >= rules.failures:
        return f"{state.failures + state.misses} tries failed or did not meet every criterion"
    if state.ledger.idle >= rules.idle_steps:
        return f"nothing changed in {state.ledger.idle} steps"
    if state.rejected > rules.spoiled_after:
        return f"{state.rejected} replies in a row could not be used"
    return ""


def _can_hand_in(state: State, rules: Rules) -> bool:
    return rules.hands_in and state.changed and state.can_be_handed_in


def _at_limit(state: State, limit: LimitName) -> WrapUp | AskRaise | Wait:
    if state.raise_asked:
        return Wait()
    if state.on_limit == "ask" and not state.raise_denied:
        return AskRaise(limit)
    said = f"{is_spent(limit, state.limits.of(limit) or 0.0)} {state.raise_denied}".strip()
    return WrapUp("out_of_time" if limit == "time" else "out_of_budget", said)


def _trouble(state: State, rules: Rules) -> Reflect | Hint | WrapUp | None:
    """Is the run getting anywhere? Only measured progress counts (DESIGN section 7)."""
    ledger = state.ledger
    last = next(iter(state.transcript), None)
    failing = state.failures >= rules.failures
    if ledger.idle >= rules.idle_steps or (failing and last is not None and last.call is not None):
        if state.reflections >= rules.reflections:
            return WrapUp("stuck", _no_progress(state))
        if failing:
            return Reflect(f"{state.failures} calls in a row failed")
        return Reflect(f"nothing changed in {ledger.idle} steps")
    if last is not None and last.call is not None:
        times = ledger.repeats(call_print(last.call.tool, last.call.args))
        if times >= rules.hint_after and last.call.by == "model":
            return Hint("the same call gave the same result", last.call)
    return None
