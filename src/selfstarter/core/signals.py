"""Is the model repeating itself? What the last move gives away, in words for it and for a person.

Only repetition that brought nothing counts: results that change, new files, work on another file
and time that was let pass on purpose all wipe the slate (`core/ledger`).
"""

from dataclasses import dataclass
from itertools import islice

from selfstarter.core.events import CallChosen, CallReturned
from selfstarter.core.ledger import call_print
from selfstarter.core.rules import Rules
from selfstarter.core.state import State
from selfstarter.core.traces import transient


@dataclass(frozen=True, slots=True)
class Signal:
    name: str
    """For a person: in the log and in the report."""
    advice: str
    """For the model."""
    patience: int
    """Wasted moves before the next rung."""
    stale: tuple[str, ...] = ()
    """Prints of calls that bring nothing any more."""


def refuses(call: CallChosen, state: State, rules: Rules) -> bool:
    """Is it known that this call brings nothing? Only the model's own calls are turned down."""
    known = call_print(call.tool, call.args)
    if call.by != "model":
        return False
    return known in state.stale or state.ledger.repeats(known) > enough(state, rules, known)


def enough(state: State, rules: Rules, known: str) -> int:
    """Times that a call may give the same result, more where a failure may pass by itself."""
    last = next(iter(state.transcript), None)
    passing = last is not None and last.result is not None and transient(last.result)
    return rules.hint_after + (rules.retries if passing or shaken(state, known) else 0)


def shaken(state: State, known: str) -> bool:
    """Did a tool itself fail lately, in another call than `known`? Then it is only sensible to look
    again at what is there."""
    return any(
        turn.call is not None
        and turn.result is not None
        and tool_failed(turn.result)
        and call_print(turn.call.tool, turn.call.args) != known
        for turn in islice(state.transcript, LATELY)
    )


def tool_failed(result: CallReturned) -> bool:
    """A failure with an output is one of what the tool ran, not of the tool."""
    return transient(result) or (result.status == "permanent" and not result.output)


LATELY = 6
"""Turns."""


def signal_in(state: State, rules: Rules) -> Signal | None:
    """What the last move of the model repeats; the plainest explanation first."""
    if state.wordy:
        follows = state.queued or state.unread  # in the same reply
        return None if follows else in_words(state, rules)
    last = next(iter(state.transcript), None)
    if last is None or last.call is None or last.result is None or last.call.by != "model":
        return None
    return in_calls(last.call, last.result, state, rules)


def in_words(state: State, rules: Rules) -> Signal | None:
    if state.planned and state.planned >= rules.revisions - 1:
        return Signal(
            "the plan grows and nothing is done",
            f"tasks were added to the plan {state.planned} times and nothing was done in between."
            " Do the first open task now.",
            rules.patience,
        )
    if state.rejected >= rules.words_only:
        return Signal(
            "words and no call",
            f"the last {state.rejected} replies called nothing, so nothing was done. Call one tool"
            " now.",
            rules.reply_rejections,
        )
    return None


def in_calls(call: CallChosen, result: CallReturned, state: State, rules: Rules) -> Signal | None:
    ledger, known = state.ledger, call_print(call.tool, call.args)
    if result.refused:
        return Signal("a refused call was made again", "", rules.patience)
    period, echoes = ledger.cycle()
    more = rules.retries if shaken(state, "") else 0
    if (
        period
        and echoes >= min(period, rules.echoes) + more * period
        and len(ring := ledger.ring(period)) > 1
    ):
        return Signal(
            f"the same {period} calls over and over",
            f"the last calls repeat the {period} calls before them, with the same results. None of"
            " them is run once more. Do something else.",
            rules.patience,
            ring,
        )
    if ledger.repeats(known) >= enough(state, rules, known):
        return Signal(
            "the same call gave the same result",
            f"{call.tool} with these very arguments gave the same result again. It will not"
            " change, and is not run once more. Do something else.",
            rules.patience,
            (known,),
        )
    if ledger.rereads >= rules.rereads + (rules.retries if shaken(state, known) else 0):
        return Signal(
            "the same lines were read again",
            "every one of these lines was shown before and the file has not changed. Work with"
            " what you know.",
            rules.patience,
        )
    if ledger.again >= rules.known_again + more:
        return Signal(
            "after the compaction the same was looked up again",
            f"the last {ledger.again} results were all known already. What was found is in the"
            " earlier steps: go on from there, and write down what you need.",
            rules.leeway,
        )
    if ledger.errors >= rules.same_errors + (rules.retries if transient(result) else 0):
        return Signal(
            "the same error with other arguments",
            f"{ledger.errors} calls in a row failed in the same way, whatever the arguments. The"
            " cause lies elsewhere: look at what is there, or take another way.",
            rules.leeway,
        )
    return None
