"""Twelve kinds of going in circles. These models never learn: whatever they are told, they go on.

A kind may be shown by several runs: it is caught when each of them is.
"""

from collections.abc import Sequence
from dataclasses import replace

from selfstarter.evals.guards.case import Case, Seen
from selfstarter.evals.guards.replies import (
    ALWAYS,
    Reply,
    call,
    draft,
    plans,
    reads,
    says,
    shell,
    writes,
)

MOST_WASTED = 6
GOAL = "Write report.txt about the notes in this folder"
TIMES = 30
LETTERS = "abcdefgh"
NOTES = {f"{name}.txt": f"note {name}\n" * 40 for name in LETTERS}
RING = tuple(reads(f"{name}.txt") for name in LETTERS)


def loop(*ring: Reply, **model: object) -> Case:
    return Case("", GOAL, (draft("report.txt"), *ALWAYS, *ring * TIMES), NOTES, model)


def reworded() -> Case:
    thoughts = [f"In other words ({n}), I should look at this note." for n in range(TIMES)]
    return loop(*(call("read_file", thought, path="a.txt") for thought in thoughts))


def disguised() -> Case:
    """Times and ids in the arguments, in the results and in a file that is written."""
    look = "date -Ins; date; cat /proc/sys/kernel/random/uuid; date > checked.txt; echo no news"
    ids = [f"{n:08x}-1111-4222-8333-{n:012x}" for n in range(TIMES)]
    return loop(*(shell(f"echo request {i}; {look}") for i in ids))


def same_error() -> Case:
    return loop(*(reads(f"notes/{n}.txt") for n in range(TIMES)))


def rereading() -> Case:
    ranges = [(1, 40), *((1 + n % 7, 40 - n) for n in range(TIMES))]
    return loop(*(reads("a.txt", start=start, lines=lines) for start, lines in ranges))


def after_compaction() -> Case:
    """More notes than the window holds, so that each is forgotten before it comes round again."""
    return loop(*RING, window=2048)


def handing_over() -> Case:
    """Two roles give the same work to each other, each time in a fresh letter."""
    letters: list[Reply] = []
    for n in range(TIMES):
        letters.append(hands_over("reviewer", f"Sent 10:00:{n:02}. Please review report.txt."))
        letters.append(hands_over("writer", f"Sent 11:00:{n:02}. Please write report.txt first."))
    return loop(*letters)


def delegating() -> Case:
    """The same by real child runs: each has nothing better to do than to send another."""
    work = ("Review the report about the notes", "Write the report about the notes first")
    goals = [f"{work[n % 2]}, asked {n} times" for n in range(TIMES)]
    sends = loop(*(call("delegate", goal=goal) for goal in goals), window=32_768)
    return replace(sends, steps=600)  # each child may take half of what is left


def hands_over(role: str, letter: str) -> Reply:
    return writes(f"inbox/{role}.md", letter)


KINDS: dict[str, Sequence[Case]] = {
    "A-A": [loop(RING[0])],
    "A-B": [loop(*RING[:2])],
    "A-B-C": [loop(*RING[:3])],
    "period 4 and 5": [loop(*RING[:4]), loop(*RING[:5])],
    "reworded thoughts": [reworded()],
    "changing timestamps and ids": [disguised()],
    "same error, other arguments": [same_error()],
    "endless planning": [loop(*(plans(f"Think about {n}") for n in range(TIMES)))],
    "talk without action": [loop(*(says(f"I will begin soon, {n}.") for n in range(TIMES)))],
    "re-reading one file": [rereading()],
    "repeat after compaction": [after_compaction()],
    "two roles handing over": [handing_over(), delegating()],
}


def caught(seen: Seen) -> bool:
    """Was it turned in time, and ended without a claim although it never listened?"""
    return seen.turned <= MOST_WASTED and seen.outcome.ending == "stuck"
