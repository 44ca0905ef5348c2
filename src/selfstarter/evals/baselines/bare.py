"""A bare tool loop: what one gets without a harness, on the same model, tools and budgets.

Ask, call, show the result, ask again. No plan, no checks, no memory; the model says itself when it
is done, and is believed. The oldest turns are dropped when the window is full.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from selfstarter.app import tools_in
from selfstarter.core.errors import ModelDown
from selfstarter.core.events import AnyEvent, CallChosen, Ending, ModelCalled, RunEnded
from selfstarter.core.ports import (
    Message,
    Price,
    Recorded,
    Reply,
    Request,
    Tool,
    ToolSpec,
    WantedCall,
)
from selfstarter.core.profile import profile_of
from selfstarter.evals.agent import Hears, Job

NATIVE = (
    "You are an agent that solves a task in a folder by calling tools. Call one tool at a time and"
    " read its result. When the task is solved, reply with the answer, or a short account of what"
    " you did, and call no tool."
)
FENCED = """You are an agent that solves a task in a folder by writing code. Each reply holds one \
fenced block, then you get its result:

```python
code that runs in the folder
```
```file NAME
the whole new content of a file
```
```read NAME
```
```finish
the answer, or what you did
```

Look at the data before you use it, print results, and reply with finish when the task is solved."""
NO_BLOCK = "Your reply held none of the blocks python, file, read or finish. Reply with one."
BLOCK = re.compile(r"```[ \t]*(\w+)[ \t]*([^\n]*)\n?(.*?)(?:```|\Z)", re.DOTALL)
FENCE, END = "```", "\n```\n"
"""Where a block ends the reply ends, as it does for our own agent: what a model writes after it is
imagination, and would stay in the conversation."""
HEADROOM, LEAST = 24, 32
"""Tokens of a chat template per message; tokens of an answer that is worth asking for."""


async def bare(job: Job, hears: Hears) -> None:
    model, limits, began, seqs = job.model, job.settings, time.monotonic(), count(1)
    profile = profile_of(model.facts)
    native = profile.protocol == "native"
    spent = steps = 0

    def tell(event: AnyEvent) -> None:
        hears("bare", Recorded(next(seqs), time.time(), event))

    def end(ending: Ending, answer: str = "") -> None:
        tell(RunEnded(ending=ending, answer=answer))

    async with tools_in(job.workspace, job.settings.home) as found:
        given = job.tooling.fitted(found)
        tools = {n: t for n, t in given.items() if not profile.tools or n in profile.tools}
        shown = [ToolSpec(t.name, t.does, t.parameters) for t in tools.values()] if native else []
        frame = model.count(str(shown)) if native else 0
        said = [Message("system", NATIVE if native else FENCED), Message("user", job.goal)]
        while True:
            left_s = limits.time_s - (time.monotonic() - began)
            if left_s <= 0:
                return end("out_of_time")
            room = model.facts.window - profile.answer_tokens - frame
            said = fitting(said, room, model.count)
            prompt = frame + size(said, model.count)
            answer = min(profile.answer_tokens, limits.tokens - spent - prompt)
            if answer < LEAST:
                return end("out_of_budget")
            request = Request(
                tuple(said),
                tools=tuple(shown),
                max_tokens=answer,
                seed=job.seed * 10_007 + next(seqs),
                stop=() if native else (END,),
                timeout_s=left_s,
                purpose="choose",
            )
            try:
                reply = await model.complete(request)
            except ModelDown:
                if time.monotonic() - began >= limits.time_s:
                    return end("out_of_time")
                raise
            spent += reply.usage.input + reply.usage.output
            tell(called(reply, model.facts.price))
            wanted = next(iter(reply.calls), None) if native else block_in(reply.text)
            if wanted and wanted.tool == "finish":
                return end("done", str(wanted.args.get("summary", reply.text.strip())))
            if wanted is None and native:
                return end("done", reply.text.strip())
            said.append(Message("assistant", closed(reply.text), wanted if native else None))
            if wanted is None:
                said.append(Message("user", NO_BLOCK))
                continue
            if steps >= limits.steps:
                return end("out_of_budget")
            steps += 1
            tell(CallChosen(call_id=str(steps), tool=wanted.tool, args=dict(wanted.args)))
            result = await outcome(tools, wanted, steps, job.tooling.call_s)
            said.append(Message("tool" if native else "user", result, wanted if native else None))


def called(reply: Reply, price: Price | None) -> ModelCalled:
    used = reply.usage
    cost = used.cost_usd
    if cost is None and price:
        cost = price.of(used.input, used.output)
    return ModelCalled(
        purpose="choose",
        text=reply.text,
        input=used.input,
        output=used.output,
        cached=used.cached,
        cost_usd=cost,
    )


async def outcome(
    tools: Mapping[str, Tool], wanted: WantedCall, step: int, longest_s: float
) -> str:
    """What the model reads of a call."""
    if wanted.tool not in tools:
        return f"There is no tool {wanted.tool}, but {', '.join(tools)}."
    try:
        async with asyncio.timeout(longest_s):
            result = await tools[wanted.tool](wanted.args, f"bare:{step}")
    except TimeoutError:
        return f"{wanted.tool} did not come back within {longest_s:g} s."
    if result.status == "ok":
        return result.output or "(no output)"
    return " ".join(part for part in (result.error, result.output, result.next_action) if part)


def block_in(text: str) -> WantedCall | None:
    """The first block that is a call."""
    for kind, name, body in BLOCK.findall(text):
        match kind.lower(), name.strip():
            case "python" | "py", _:
                return WantedCall("run_python", {"code": body})
            case "file", path if path:
                return WantedCall("write_file", {"path": path, "content": body})
            case "read", path if path or body.strip():
                return WantedCall("read_file", {"path": path or body.split()[0]})
            case "finish", first:
                return WantedCall("finish", {"summary": f"{first}\n{body}".strip()})
            case _:
                pass
    return None


def closed(text: str) -> str:
    """With the fence that the stop took away."""
    return f"{text.rstrip()}\n{FENCE}" if text.count(FENCE) % 2 else text


def fitting(said: Sequence[Message], room: int, counts: Callable[[str], int]) -> list[Message]:
    """Without the oldest turns after the goal, as many as must go."""
    kept = list(said)
    while len(kept) > 4 and size(kept, counts) > room:
        del kept[2:4]
    return kept


def size(said: Sequence[Message], counts: Callable[[str], int]) -> int:
    """Tokens."""
    return sum(
        counts(m.text + (str(m.call.args) if m.call and m.role == "assistant" else "")) + HEADROOM
        for m in said
    )
