"""A model that is a program and knows nothing but its prompt: whatever a view loses, it loses.

Its job: add up the numbers of many job files, one line at a time, into a file of sums each. The
plan says which file is at hand, the file of sums how far it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selfstarter.core.ports import Facts, Message, Reply, Request, Usage, WantedCall

NEXT = re.compile(r"^\[ \] \d+ Add up (jobs/(\d+)\.txt) into (sums/\d+\.txt)", re.MULTILINE)
"""The first task that is still open."""
PLANNED = re.compile(r"^\[.\] (\d+) Add up jobs/(\d+)\.txt", re.MULTILINE)
JOBS = re.compile(r"each of the (\d+) files of jobs/, which have (\d+) lines")
SUM = re.compile(r"after line (\d+): (\d+) in all")
FIRST, MORE = 12, 6
"""Jobs of the first plan, and of each addition to it."""


def goal(jobs: int, lines: int) -> str:
    return (
        f"Add up the numbers in each of the {jobs} files of jobs/, which have {lines} lines,"
        " one line at a time, and keep the sum so far in sums/, in a file of the same name."
    )


@dataclass(frozen=True, slots=True)
class Last:
    """What the prompt shows of the latest call, and how many calls before it failed in a row."""

    tool: str = ""
    args: Mapping[str, Any] | None = None
    result: str = ""
    failed: int = 0

    @property
    def path(self) -> str:
        return str((self.args or {}).get("path") or (self.args or {}).get("pattern") or "")


class Clerk:
    """Port `Model`. Deterministic, without a memory of its own."""

    facts = Facts(
        "clerk", window=8192, native_tools=True, json_schema=True, small=False, local=True
    )

    async def complete(self, request: Request) -> Reply:
        read = sum(self.count(message.text) for message in request.messages)
        match request.purpose:
            case "draft":
                text = (
                    '{"outcome": "Every job is added up.", "files": ["sums/01.txt"],'
                    ' "assumptions": [], "document": false, "criteria": []}'
                )
                return Reply(text, usage=Usage(read, self.count(text)))
            case "plan":
                first = min(FIRST, asked(request.messages)[0])
                titles = ", ".join(f'{{"title": "{title(n)}"}}' for n in range(1, first + 1))
                return Reply(f'{{"tasks": [{titles}]}}', usage=Usage(read, FIRST * 12))
            case "choose":
                call = next_call(request.messages)
                return Reply("", (call,), Usage(read, self.count(str(call.args))))
            case "reflect":
                text = (
                    '{"cause": "The tools fail at random.", "lesson": "Try again in another way.",'
                    ' "dead_end": "waiting for the tools to get better"}'
                )
                return Reply(text, usage=Usage(read, self.count(text)))
            case _:
                return Reply("It did not end well.", usage=Usage(read, 8))

    def count(self, text: str) -> int:
        return len(text) // 4 + 1

    async def close(self) -> None:
        return None


def asked(messages: Sequence[Message]) -> tuple[int, int]:
    """(jobs, lines of each), as the goal says."""
    found = JOBS.search("\n".join(message.text for message in messages[:2]))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def title(job: int) -> str:
    return f"Add up jobs/{job:02}.txt into sums/{job:02}.txt"


def next_call(messages: Sequence[Message]) -> WantedCall:
    tail = messages[-1].text
    jobs, lines = asked(messages)
    at_hand = NEXT.search(tail)
    if at_hand is None:
        last = max((int(job) for _, job in PLANNED.findall(tail)), default=0)
        if last >= jobs:
            return WantedCall("finish", {"summary": f"All {jobs} jobs are added up."})
        more = [title(n) for n in range(last + 1, min(last + MORE, jobs) + 1)]
        return WantedCall("revise_plan", {"add": more, "reason": f"jobs after {last} are not done"})
    job, number, sums = at_hand.groups()
    seen = last_call(messages)
    if at := so_far(messages, seen, sums):
        line, total = at
        if line == lines:
            planned = {n: i for i, n in PLANNED.findall(tail)}
            said = f"{job} comes to {total}"
            return WantedCall("revise_plan", {"done": [planned[number]], "reason": said})
        found = re.search(rf"unit {line + 1}: (\d+);", seen.result) if seen.path == job else None
        if found:
            text = f"after line {line + 1}: {total + int(found[1])} in all"
            return WantedCall("write_file", {"path": sums, "content": text + "\n" * seen.failed})
        return look(job, f"unit {line + 1}:", line + 1, seen)
    return look(sums, "in all", 1, seen)


def look(path: str, text: str, line: int, seen: Last) -> WantedCall:
    """By reading; by searching where reading has just failed."""
    if seen.failed % 2:
        return WantedCall("search_files", {"text": text, "pattern": path})
    return WantedCall("read_file", {"path": path, "start": line, "lines": 1 + seen.failed // 2})


def so_far(messages: Sequence[Message], seen: Last, sums: str) -> tuple[int, int] | None:
    """(line, sum) that the newest call to the file of sums shows; None: it has to be looked at."""
    if seen.path == sums and "no file" in seen.result:
        return 0, 0
    if seen.path == sums and seen.tool == "search_files" and "is in none" in seen.result:
        return 0, 0
    for n in range(len(messages) - 1, 0, -1):
        call, result = messages[n].call, messages[n].text
        if messages[n].role != "tool" or call is None:
            continue
        path = call.args.get("path") or call.args.get("pattern")
        if path != sums:
            if str(path).startswith("sums/"):
                return None  # of the job before
            continue
        if "no file" in result or "is in none" in result:
            return 0, 0
        wrote = call.tool == "write_file" and "Wrote" in result
        found = SUM.search(str(call.args["content"]) if wrote else result)
        return (int(found[1]), int(found[2])) if found else None
    return None


def last_call(messages: Sequence[Message]) -> Last:
    results = [message for message in messages if message.role == "tool" and message.call]
    failed = 0
    for message in reversed(results):
        if SUM.search(message.text) or re.search(r"unit \d+: \d+;|Wrote|no file", message.text):
            break
        failed += 1
    if not results or (call := results[-1].call) is None:
        return Last()
    return Last(call.tool, call.args, results[-1].text, failed)
