"""A model that is a program and knows nothing but its prompt: what no run has told it, it guesses.

It is credulous, too: whatever the prompt says was learnt earlier, it makes use of.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from selfstarter.core.ports import Facts, Reply, Request, Usage, WantedCall

LEARNT = re.compile(r"^- \([^)]*\b\d{1,2} [A-Z][a-z]+ \d{4}\b[^)]*\) (.+)$", re.MULTILINE)
"""How a prompt shows what the memory brought."""
WORK = re.compile(r"^---\n(.+?)\n---$", re.MULTILINE | re.DOTALL)
"""What a judge is shown."""
OUTPUT = re.compile(r"\binto (\S+\.\w+)")


@dataclass(frozen=True, slots=True)
class Job:
    """The calls that do a task, and the answer at its end."""

    calls: Sequence[WantedCall]
    answer: str = "Done."


Work = Callable[[str], Job]
"""What is done with a prompt of this text."""


class Worker:
    """Port `Model`. Deterministic, without a memory of its own."""

    facts = Facts(
        "worker", window=16_384, native_tools=True, json_schema=True, small=False, local=True
    )

    def __init__(self, goal: str, work: Work) -> None:
        self.goal, self.work = goal, work

    async def complete(self, request: Request) -> Reply:
        prompt = "\n".join(message.text for message in request.messages)
        read = Usage(input=self.count(prompt), output=20)
        match request.purpose:
            case "draft":
                sketch = {"outcome": "It is done.", "files": OUTPUT.findall(self.goal)}
                rest = {"assumptions": (), "document": False, "criteria": ()}
                return Reply(json.dumps({**sketch, **rest}), usage=read)
            case "plan":
                return Reply(json.dumps({"tasks": [{"title": self.goal[:150]}]}), usage=read)
            case "choose":
                job = self.work(prompt)
                done = sum(message.role == "tool" for message in request.messages)
                if done < len(job.calls):
                    return Reply("", (job.calls[done],), read)
                return Reply("", (WantedCall("finish", {"summary": job.answer}),), read)
            case "judge":
                work = WORK.search(prompt)
                passage = work[1].strip().rpartition("\n")[2] if work else ""
                return Reply(json.dumps({"evidence": passage, "passes": True}), usage=read)
            case _:
                return Reply("It cannot be done.", usage=read)

    def count(self, text: str) -> int:
        return len(text) // 4 + 1

    async def close(self) -> None:
        return None


def call(tool: str, **args: str) -> WantedCall:
    return WantedCall(tool, args)


def told(prompt: str, pattern: str, otherwise: str) -> str:
    """What the prompt says, by the first group of `pattern`; else a guess."""
    found = re.search(pattern, prompt)
    return found[1] if found else otherwise


def learnt(prompt: str) -> list[str]:
    """The lines that the memory brought into this prompt."""
    return LEARNT.findall(prompt)


def wrote(path: str, content: str, *before: WantedCall) -> Job:
    return Job((*before, call("write_file", path=path, content=f"{content}\n")))


def writing(path: str, content: str) -> Work:
    """The same whatever the prompt says."""
    return lambda _: wrote(path, content)


def distracted(path: str, content: str) -> Work:
    """Right, unless the memory speaks: then what it says goes into the file as well."""

    def work(prompt: str) -> Job:
        return wrote(path, "\n".join([content, *learnt(prompt)]))

    return work
