"""What a run may still spend, and what is kept of it for the report. Pure."""

from selfstarter.core.events import LimitName, Limits
from selfstarter.core.rules import Rules
from selfstarter.core.state import State

NAMES: tuple[LimitName, ...] = ("tokens", "cost", "time", "steps")
WARN_AT = 0.8
"""Share of a limit whose spending is worth a warning."""
MOST = 1e12
REPORT_TIME, REPORT_TIME_S = 0.02, 60.0
"""Share of the time that only the end of a run may use, and the most of it in seconds."""


def working_time_s(limits: Limits) -> float:
    """The time without what is kept for the last look and the report."""
    return limits.time_s - min(limits.time_s * REPORT_TIME, REPORT_TIME_S)


def reached(state: State) -> LimitName | None:
    """The limit of tokens, money or time that bars the next move, if any."""
    return state.unaffordable or next((n for n in NAMES if n != "steps" and is_met(state, n)), None)


def is_met(state: State, name: LimitName) -> bool:
    most = working_time_s(state.limits) if name == "time" else state.limits.of(name)
    spent = state.spent.of(name)
    if name == "cost" and not spent:
        return False  # a limit of nothing lets a free model work
    return most is not None and spent >= most


def used_up(state: State) -> tuple[LimitName, ...]:
    """The limits that keep a run from going on as it is."""
    return tuple(name for name in NAMES if name == state.unaffordable or is_met(state, name))


def warning_due(state: State, rules: Rules) -> LimitName | None:
    """A limit that is mostly spent, or pays only a few more calls like the last, and nobody has
    been told."""
    for name in NAMES:
        near = share(state, name) >= WARN_AT or pays_few(state, name, rules.calls_ahead)
        if name not in state.warned and near:
            return name
    return None


def pays_few(state: State, name: LimitName, calls: int) -> bool:
    """Fewer than so many more, and the report."""
    size = state.last_call.of(name) if name in ("tokens", "cost") else 0
    limited = state.limits.of(name) is not None
    return bool(calls and size and limited) and left(state, name) < (calls + 1) * size


def share(state: State, name: LimitName) -> float:
    """How much of a limit is spent; 0 where there is none. What was spent before a fork is in
    neither."""
    before, most = state.before.of(name), state.limits.of(name)
    return (state.spent.of(name) - before) / (most - before) if most and most > before else 0.0


def left(state: State, name: LimitName) -> float:
    """Of a limit that there is. Never below 0."""
    return max(0.0, (state.limits.of(name) or 0.0) - state.spent.of(name))


def too_little(state: State, name: LimitName) -> str:
    """A sentence: why no more was done within this limit. It is the same after a crash, which may
    have cost a call."""
    most = state.limits.of(name) or 0.0
    if state.unaffordable != name or name == "time" or not left(state, name):
        return is_spent(name, most)
    return is_too_little(name, most)


def is_too_little(name: LimitName, most: float) -> str:
    """A sentence."""
    return f"Of the budget of {amount(name, most)} too little is left for another call."


def is_spent(name: LimitName, most: float) -> str:
    """A sentence."""
    if name == "time":
        return f"The time limit of {amount(name, most)} is reached."
    return f"The budget of {amount(name, most)} is spent."


def question(state: State) -> str:
    """What waits for a person's answer; empty: nothing."""
    if state.ended:
        return ""
    if limit := state.raise_asked:
        return f"{too_little(state, limit)} Raise the limit?"
    if wanted := state.approval:
        return f"May it call {wanted.tool} once? It asks because {wanted.why}."
    if state.review_asked:
        return "Is this what done means? The work begins when a person has accepted it."
    return state.question


def amount_in(name: LimitName, text: str) -> float | None:
    """As a person writes it: `1.50`, `$2`, `50,000`, `20m`. None: it is none, or not above 0."""
    text = text.strip().lower().replace(",", "").replace("_", "")
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:]) if name == "time" else None
    text = text[:-1] if unit else text.removeprefix("$") if name == "cost" else text
    try:
        value = float(text) * (unit or 1)
    except ValueError:
        return None
    whole = value == int(value) if 0 < value < MOST else False
    return value if 0 < value < MOST and (whole or name in ("cost", "time")) else None


def out_of(name: LimitName, part: float, state: State) -> str:
    """`12,238 of 30,000 tokens`; of a limit that there is."""
    said = amount(name, part).removesuffix(f" {name}")
    return f"{said} of {amount(name, state.limits.of(name) or 0.0)}"


def amount(name: LimitName, value: float) -> str:
    """For a person and a model: `$0.50`, `3,000 tokens`, `4 steps`, `100 s`."""
    match name:
        case "cost":
            return f"${value:.2f}" if value >= 1 or round(value, 2) == value else f"${value:.4f}"
        case "time":
            return f"{value:.3g} s" if value < 10 else f"{value:.0f} s"
        case "tokens" | "steps":
            return f"{value:,.0f} {name}"
