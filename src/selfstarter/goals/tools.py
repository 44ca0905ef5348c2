"""Tools of the person's own that a goal names, or wants left alone. Pure."""

import re
from collections.abc import Iterable, Set

from selfstarter.texts.words import mentions, singular

USES = r"\b(?:use|uses|using|call|calls|calling) "
CALLS = rf"(?:^|{USES}|\b(?:run|with|by|via|through|ask|and|then|please) )"
NOT = re.compile(r"\b(?:not|never|without|no|don't|instead of|avoid|unless)\b", re.IGNORECASE)
DEEDS = tuple(
    frozenset(group.split())
    for group in (
        "answer reply respond", "email forward mail message notify send", "post publish",
        "close resolve", "book reserve", "buy order purchase", "pay transfer", "cancel", "invite",
        "submit", "upload", "comment", "assign",
    )
)  # fmt: skip
"""What is done in a world that is not the workspace; in one group, what may mean the same."""
CLAUSE = re.compile(r"[.;,:!?](?:\s|$)|\n|\bbut\b", re.IGNORECASE)


def tools_named(goal: str, own: Iterable[str]) -> list[str]:
    """Those that the goal wants called. A name without `_` is a word, and counts only after `use`
    or `call`."""
    return [name for name in sorted(own) if any(is_named(one, goal) for one in names(name, own))]


def tools_forbidden(words: str, own: Iterable[str]) -> list[str]:
    said = [
        clause[found.end() :] for clause in CLAUSE.split(words) if (found := NOT.search(clause))
    ]
    return [
        name
        for name in sorted(own)
        if any(mentions(one, rest) for one in names(name, own) for rest in said)
    ]


def tools_ordered(goal: str, own: Iterable[str]) -> list[str]:
    """Those whose name says what the goal orders, and of what: `reply_to_ticket`, where each ticket
    is to be answered. That they are named so is a guess at what the goal wants called."""
    orders = singular(" ".join(part for part in CLAUSE.split(goal) if not NOT.search(part)))
    wanted, said = [deed for deed in DEEDS if deed & orders], singular(goal)
    return [name for name in sorted(own) if does_one(singular(name), wanted, said)]


def does_one(name: Set[str], deeds: Iterable[Set[str]], said: Set[str]) -> bool:
    return any((name - {verb}) & said for deed in deeds for verb in name & deed)


def names(tool: str, own: Iterable[str]) -> tuple[str, ...]:
    """Of a server's tool the last part will do, where no other has it."""
    short = tool.rpartition("__")[2]
    alone = sum(one.rpartition("__")[2] == short for one in own) == 1
    return (tool, short) if alone else (tool,)


def is_named(name: str, goal: str) -> bool:
    """In a clause that calls it and does not say not to."""
    before = CALLS if "_" in name else USES
    called = rf"{before}(?:the )?(?:tool )?[`'\"]?{re.escape(name)}(?!\(|[\w.-]*\w)"
    clauses = (clause.strip() for clause in CLAUSE.split(goal))
    found = ((clause, re.search(called, clause, re.IGNORECASE)) for clause in clauses)
    return any(said and not NOT.search(clause[: said.end()]) for clause, said in found)
