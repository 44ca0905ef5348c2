"""Tools of the person's own that a goal names, or wants left alone. Pure."""

import re
from collections.abc import Iterable

from selfstarter.texts.words import mentions

USES = r"\b(?:use|uses|using|call|calls|calling) "
CALLS = rf"(?:^|{USES}|\b(?:run|with|by|via|through|ask|and|then|please) )"
NOT = re.compile(r"\b(?:not|never|without|no|don't|instead of|avoid|unless)\b", re.IGNORECASE)
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
