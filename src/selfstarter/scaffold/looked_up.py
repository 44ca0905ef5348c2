"""What a small model reads of the web: the addresses that the goal names, else the best hits of a
search that the goal asks for. It is shown no tool for it; the harness calls it."""

import re
from collections.abc import Iterator, Mapping

from selfstarter.core.events import CallChosen
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.names import files_named
from selfstarter.goals.pages import ADDRESS, SEARCHES

THE_WEB = re.compile(r"\b(?:(?:on|in|from) )?(?:the )?(?:web|internet|online)\b", re.IGNORECASE)
ERRAND = re.compile(
    r"\b(?:please|(?:and |then )*"
    r"(?:search|look (?:up|for)|find(?: out)?|browse|google|research|write|save|put|store)"
    r"(?: down)?(?: (?:it|them|that|the (?:answer|result)s?)\b)?(?: (?:for|about)\b)?)",
    re.IGNORECASE,
)
INTO = (
    r"[\s,]*\b(?:in|to|into) (?:an? |the )?(?:new |text )?(?:file )?(?:called |named )?"
    r"[`'\"]?{}\b[`'\"]?"
)
"""Where the result goes."""
LONGEST_QUERY = 200
MOST_TRIED = 3
"""Hits that are opened until one can be read."""


def looking_up(state: State, hands: Hands) -> CallChosen | None:
    """The fetch of what the goal needs of the web; None: nothing is to be fetched, as where a file
    that the goal names is there already."""
    there = state.found
    if any(n in there for n in files_named(state.goal)):
        return None
    tried = [(tool, arg) for tool, arg, _ in calls(state)]
    for url in (found.rstrip(".,;:!?") for found in ADDRESS.findall(state.goal)):
        if "read_page" in hands.tools and ("read_page", url) not in tried:
            return fetched(state, "read_page", {"url": url}, "The goal names this page.")
    if "search_web" not in hands.tools or not SEARCHES.search(state.goal):
        return None
    if not any(tool == "search_web" for tool, _ in tried):
        query = query_of(state.goal)
        return fetched(state, "search_web", {"query": query}, "The goal asks for a search.")
    hit = next_hit(state) if "read_page" in hands.tools else ""
    return fetched(state, "read_page", {"url": hit}, "The best hit.") if hit else None


def fetched(state: State, tool: str, args: Mapping[str, str], thought: str) -> CallChosen:
    """A call of the harness that brings what is to be read."""
    return CallChosen(
        call_id=f"{state.spent.steps + 1}",
        tool=tool,
        args=dict(args),
        thought=thought,
        by="harness",
    )


def query_of(goal: str) -> str:
    """What the goal wants to know. Left to write it, a small model answers in its query."""
    said = goal
    for name in files_named(goal):
        said = without(name, said)
    said = ERRAND.sub(" ", " ".join(THE_WEB.sub(" ", said).split()))
    return " ".join(said.split()).strip(" .:;,?!")[:LONGEST_QUERY] or goal[:LONGEST_QUERY]


def without(name: str, goal: str) -> str:
    """The goal without the words that say that its result goes into this file."""
    return re.sub(INTO.format(re.escape(name)), "", goal, flags=re.IGNORECASE)


def next_hit(state: State) -> str:
    """The best one that was not tried yet, until one was read; empty: none."""
    tried = [arg for tool, arg, _ in calls(state) if tool == "read_page"]
    read = any(tool == "read_page" and status == "ok" for tool, _, status in calls(state))
    offered = [
        url
        for turn in state.transcript
        if turn.call and turn.call.tool == "search_web" and turn.result
        for url in turn.result.offered
    ]
    left = [url for url in offered if url not in tried]
    return left[0] if left and not read and len(tried) < MOST_TRIED else ""


def calls(state: State) -> Iterator[tuple[str, str, str]]:
    """(tool, address or query, status) of what was fetched."""
    for turn in state.transcript:
        if turn.call and turn.result and turn.call.tool in ("read_page", "search_web"):
            args = turn.call.args
            yield turn.call.tool, str(args.get("url") or args.get("query")), turn.result.status
