"""How much of what is too much: the thresholds of the policy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds of the policy, for each profile of a model (DESIGN section 7)."""

    finish_rejections: int = 3
    """Finish requests turned down for the same in a row before the run ends as it is."""
    rejections_in_all: int = 9
    """The same, whatever each was turned down for."""
    reply_rejections: int = 4
    """Unusable replies in a row before the run ends."""
    draft_tries: int = 2
    """Unusable drafts before the harness writes the contract alone."""
    hint_after: int = 2
    """The same call with the same result, this often in a row, earns a hint."""
    retries: int = 3
    """So much more often where the failure is one that may pass by itself."""
    echoes: int = 3
    """Calls in a row that repeat a cycle of up to 5 calls and their results, before a hint; a cycle
    of 2 is seen when it is complete."""
    rereads: int = 2
    """Pages in a row that show only lines already shown, before a hint."""
    same_errors: int = 3
    """Failures of one kind in a row, whatever the arguments, before a hint."""
    known_again: int = 3
    """After a compaction: results in a row that were known before it, before a hint."""
    revisions: int = 3
    """Times that tasks may be added to the plan with no call in between; before the last comes a
    hint."""
    words_only: int = 2
    """Replies in a row without a call, before a hint."""
    patience: int = 1
    """Wasted moves from one rung of the ladder to the next, where the model repeats itself."""
    leeway: int = 2
    """The same, where it does not do quite the same again."""
    questions: int = 3
    """Times that a person who is there is asked for help instead of giving up."""
    idle_steps: int = 6
    """Steps without progress before a reflection."""
    failures: int = 4
    """Failed calls in a row before a reflection."""
    mends: int = 12
    """The same, of a small model that changes a program until its tests pass: each try is another
    function or line."""
    reflections: int = 2
    """Reflections without progress in between before the run ends as stuck."""
    starts_over: int = 0
    """Times the work is thrown away and begun again before the run ends as it is."""
    spoiled_after: int = 2
    """Finish requests turned down, or unusable replies, that spoil a try."""
    hands_in: bool = False
    """The harness asks to finish as soon as every quick check passes, without the model."""
    calls_ahead: int = 3
    """A limit that pays fewer calls like the last one, or the next, is warned of, and what the last
    one is shown is cut to what is left; 0: neither."""
    depth: int = 2
    """Runs that may stand above one another below the person's own."""
    children: int = 6
    """Child runs of one run."""
    tool_failures: int = 4
    """The same failure of one tool in a row, whatever the arguments, before it is put away."""
    window_turns: int = 400
    """Turns after which the transcript is compacted, whatever their length."""
