"""Twenty goals that say little, each pursued by a model with a weakness of its own."""

from typing import Any

from selfstarter.evals.guards.case import Case, Seen
from selfstarter.evals.guards.replies import (
    ALWAYS,
    Reply,
    call,
    draft,
    finish,
    plans,
    reads,
    says,
    shell,
    writes,
)

STEPS, TOKENS, TIME_S = 25, 200_000, 600.0
"""What each may spend."""
NOTES = {"notes.txt": "Buy milk.\nCall Bo.\n", "old/list.txt": "Pay rent.\n"}
MANY = 40
WRITES_ON = tuple(writes("idea.txt", f"idea {n}\n") for n in range(MANY))
MAILS = tuple(call("send_mail", to=str(n)) for n in range(MANY))
ASKS = call("ask_person", question="What do you mean?")
NONSENSE: Reply = {"for": "draft", "text": "}{ no"}
NO_DRAFT: Reply = {"for": "draft", "json": {}}
READY = draft("idea.txt", assumptions=("A short text is meant.",))
SMALL: dict[str, Any] = {"small": True, "native_tools": False}


def vague(goal: str, *replies: Reply, **model: Any) -> Case:
    scripted = (*ALWAYS, *replies)
    return Case(goal, goal, scripted, NOTES, model, steps=STEPS)


GOALS = (
    vague("Make something cool", READY, *WRITES_ON),
    vague("Surprise me", draft(), finish("Surprise!")),
    vague("Improve things here", READY, *[ASKS] * MANY),
    vague("Do whatever you think is best", READY, *[says(f"Let me think, {n}.") for n in range(9)]),
    vague("Tidy up", draft(), *[plans(f"Tidy shelf {n}") for n in range(MANY)]),
    vague("Be creative", NONSENSE, says("}{"), *[says("}{")] * 9),
    vague("Help me with my notes", NO_DRAFT, *[reads("notes.txt")] * MANY),
    vague(
        "Make it better", draft("better.txt"), writes("better.txt", "Better.\n"), finish("Made.")
    ),
    vague("Something useful, please", draft(), writes("useful.txt", "Useful.\n"), finish("Done.")),
    vague("Organise my life", draft("life.md"), *[shell("exit 3")] * MANY),
    vague(
        "Write a thing", draft("thing.txt"), *[call("send_mail", to=str(n)) for n in range(MANY)]
    ),
    vague("Think about the future", draft(), finish(""), finish(""), finish("")),
    vague("Fix it", draft(), *[finish(f"It is fixed, {n}.") for n in range(9)]),
    vague("Look into this", draft(), *[call("list_files"), call("search_files", text="x")] * MANY),
    vague("Do the needful", READY, *[reads(f"no{n}.txt") for n in range(MANY)]),
    vague("Make a plan for me", draft("plan.md"), writes("plan.md", "TODO\n"), *[finish()] * 9),
    vague("Have fun", says("```python\nprint(1)\n```"), *[says("Ha.")] * 9, **SMALL),
    vague(
        "Go", draft("go.txt"), says("```file go.txt\nGo.\n```"), says("```finish\nGo\n```"), **SMALL
    ),
    vague("What do you think?", draft(), finish("I think that milk is the thing.")),
    vague("Tell me something", draft(), *[finish("Nothing is known.")] * 9),
)


def ended_well(seen: Seen) -> bool:
    """Within its limits, by itself, with a contract that says what was assumed, and a report."""
    state = seen.outcome.state
    contract, spent, limits = state.contract, state.spent, state.limits
    return (
        seen.outcome.ending is not None
        and seen.asked == 0
        and contract is not None
        and bool(contract.criteria)
        and bool(contract.assumptions)
        and spent.steps <= limits.steps
        and spent.tokens <= limits.tokens
        and all(a.text in seen.outcome.report for a in contract.assumptions)
    )
