"""robots.txt as RFC 9309 reads it: the group of our name or of `*`, and the longest match wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

MOST = 512 << 10
"""Bytes of a robots.txt that are heeded; RFC 9309 asks for at least 500 KiB."""


@dataclass(frozen=True, slots=True)
class Rule:
    allow: bool
    path: str

    def matches(self, path: str) -> bool:
        """`*` is any text, a `$` at the end is the end. In linear time, whatever the rule."""
        first, *rest = self.path.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        at = len(first)
        last = rest.pop() if rest and self.path.endswith("$") else None
        for part in rest:
            at = path.find(part, at)
            if at < 0:
                return False
            at += len(part)
        if last is not None:
            return path.endswith(last) and len(path) - len(last) >= at
        return at == len(path) if self.path.endswith("$") else True


ALL: Sequence[Rule] = ()
NONE: Sequence[Rule] = (Rule(False, "/"),)


def rules_for(agent: str, text: str) -> Sequence[Rule]:
    """What a robots.txt says to `agent` (a product name, without its version)."""
    groups: list[tuple[list[str], list[Rule]]] = []
    fresh = False
    """Does the last group still wait for its first rule?"""
    for line in text[:MOST].splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            if not fresh:
                groups.append(([], []))
            groups[-1][0].append(value.lower())
            fresh = True
        elif name in ("allow", "disallow") and groups:
            fresh = False
            if value:
                groups[-1][1].append(Rule(name == "allow", unquote(value)))
    own = [rule for agents, rules in groups if agent.lower() in agents for rule in rules]
    named = any(agent.lower() in agents for agents, _ in groups)
    return own if named else [r for agents, rules in groups if "*" in agents for r in rules]


def allowed(rules: Sequence[Rule], path: str) -> bool:
    """`path` with its query. Of two rules of one length, the one that allows wins."""
    path = unquote(path) or "/"
    matching = [rule for rule in rules if rule.matches(path)]
    best = max(matching, key=lambda rule: (len(rule.path), rule.allow), default=None)
    return best is None or best.allow
