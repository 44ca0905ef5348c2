"""What a small model reads of the web: the addresses that the goal names, else the best hits of a
search that the goal asks for. It is shown no tool for it; the harness begins its reply."""

import re
from collections.abc import Iterator

from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.fenced import FENCE
from selfstarter.moves.requirements import files_named

ADDRESS = re.compile(r"https?://[^\s<>\"'`)\]]+")
SEARCHES = re.compile(
    r"\b(search|look up|look for|find|browse|google)\b[^.\n]{0,80}\b(web|internet|online)\b"
    r"|\b(web|internet|online) (search|research)\b",
    re.IGNORECASE,
)
MOST_TRIED = 3
"""Hits that are opened until one can be read."""


def looked_up(state: State, hands: Hands) -> str:
    """How a reply begins that fetches what the goal needs of the web; empty: nothing is to be
    fetched, as where a file that the goal names is there already."""
    there = [path for path, _ in state.scouted.digests] if state.scouted else []
    if any(name in there for name in files_named(state.goal)):
        return ""
    tried = [(tool, arg) for tool, arg, _ in calls(state)]
    if "read_page" in hands.tools:
        for url in (found.rstrip(".,;:!?") for found in ADDRESS.findall(state.goal)):
            if ("read_page", url) not in tried:
                return f"{FENCE}page {url}\n"
    if "search_web" not in hands.tools or not SEARCHES.search(state.goal):
        return ""
    if not any(tool == "search_web" for tool, _ in tried):
        return f"{FENCE}search\n"
    return f"{FENCE}page {hit}\n" if "read_page" in hands.tools and (hit := next_hit(state)) else ""


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
