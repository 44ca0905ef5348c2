# pyright: basic, reportMissingImports=false
"""CPU time a step of one peer, with a model that takes no time; run by `bench/steps.py` in the
peer's own environment, so with nothing of ours. Prints one line of JSON."""

import json
import resource
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

WARM = 20


class Watch:
    def __init__(self) -> None:
        self.took_s = 0.0
        """CPU time of the model, which is not the peer's."""
        self.cpu_ms: list[float] = []
        self.rss: list[float] = []
        self.depths: list[int] = []
        self.prompts: list[int] = []
        self.shared: list[float] = []
        self.last = ""
        self.since = time.process_time()

    def asked(self, text: str) -> None:
        self.prompts.append(len(text))
        if self.last:
            self.shared.append(common(self.last, text) / len(text))
        self.last = text

    def step(self) -> None:
        """At each call of the tool."""
        now = time.process_time() - self.took_s
        self.cpu_ms.append((now - self.since) * 1_000)
        self.rss.append(rss_mb())
        frame, found = sys._getframe(), 0
        while frame := frame.f_back:
            found += 1
        self.depths.append(found)
        self.since = time.process_time() - self.took_s


def common(before: str, now: str) -> int:
    """Length of what both begin with, by halves."""
    low, high = 0, min(len(before), len(now))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == now[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1048576


def value(number: int) -> str:
    return f"thing {number} is {number * 37 % 1009} units long"


def smolagents_tools(steps: int, watch: Watch, code: bool = False) -> None:
    from smolagents import CodeAgent, LogLevel, Model, ToolCallingAgent, tool
    from smolagents.models import (
        ChatMessage,
        ChatMessageToolCall,
        ChatMessageToolCallFunction,
        MessageRole,
        TokenUsage,
    )

    class Quick(Model):
        made = 0

        def generate(self, messages: Any, **_: Any) -> Any:
            began = time.process_time()
            watch.asked("\x00".join(str(m.content) for m in messages))
            self.made += 1
            over = self.made > steps
            name = "final_answer" if over else "measure"
            args = {"answer": "done"} if over else {"number": self.made}
            if code:
                call = "final_answer('done')" if over else f"print(measure(number={self.made}))"
                said: dict[str, Any] = {"content": f"Next.\n<code>\n{call}\n</code>"}
            else:
                function = ChatMessageToolCallFunction(name=name, arguments=args)
                one = ChatMessageToolCall(id=str(self.made), type="function", function=function)
                said = {"content": None, "tool_calls": [one]}
            usage = TokenUsage(100, 20)
            watch.took_s += time.process_time() - began
            return ChatMessage(role=MessageRole.ASSISTANT, token_usage=usage, **said)

    @tool
    def measure(number: int) -> str:
        """Measure a thing.

        Args:
            number: Its number.
        """
        watch.step()
        return value(number)

    kind: Any = CodeAgent if code else ToolCallingAgent
    agent = kind(tools=[measure], model=Quick(), max_steps=steps + 5, verbosity_level=LogLevel.OFF)
    agent.run("Measure every thing.")


def smolagents(steps: int, watch: Watch) -> None:
    smolagents_tools(steps, watch, code=True)


def pydantic_ai(steps: int, watch: Watch) -> None:
    from pydantic_ai import Agent, ModelResponse, TextPart, ToolCallPart, UsageLimits
    from pydantic_ai.models import Model
    from pydantic_ai.usage import RequestUsage

    class Quick(Model):
        """Not its own FunctionModel, which counts the tokens of the whole history each time."""

        made = 0
        model_name = "quick"  # pyright: ignore[reportAssignmentType]
        system = "quick"  # pyright: ignore[reportAssignmentType]

        async def request(self, messages: Any, *_: Any) -> ModelResponse:
            began = time.process_time()
            parts = (part for message in messages for part in message.parts)
            watch.asked("\x00".join(str(getattr(part, "content", part)) for part in parts))
            self.made += 1
            over = self.made > steps
            part = TextPart("done") if over else ToolCallPart("measure", {"number": self.made})
            watch.took_s += time.process_time() - began
            return ModelResponse(parts=[part], usage=RequestUsage(input_tokens=100))

    agent = Agent(Quick())

    @agent.tool_plain
    def measure(number: int) -> str:
        """Measure thing number `number`."""
        watch.step()
        return value(number)

    agent.run_sync("Measure every thing.", usage_limits=UsageLimits(request_limit=None))


def deepagents(steps: int, watch: Watch, plain: bool = False) -> None:
    from deepagents import create_deep_agent
    from langchain.agents import create_agent
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.outputs import ChatGeneration, ChatResult

    class Quick(BaseChatModel):
        made: int = 0

        @property
        def _llm_type(self) -> str:
            return "quick"

        def bind_tools(self, tools: Any, **_: Any) -> Any:
            return self

        def _generate(self, messages: Any, *_: Any, **__: Any) -> Any:
            began = time.process_time()
            watch.asked("\x00".join(str(m.content) for m in messages))
            self.made += 1
            call = {"name": "measure", "args": {"number": self.made}, "id": str(self.made)}
            calls = [] if self.made > steps else [call]
            message = AIMessage(content="done" if not calls else "", tool_calls=calls)
            watch.took_s += time.process_time() - began
            return ChatResult(generations=[ChatGeneration(message=message)])

    def measure(number: int) -> str:
        """Measure thing number `number`."""
        watch.step()
        return value(number)

    make: Any = create_agent if plain else create_deep_agent
    agent = make(model=Quick(), tools=[measure])
    asked = {"messages": [{"role": "user", "content": "Measure every thing."}]}
    agent.invoke(asked, {"recursion_limit": 20 * steps})


def langgraph(steps: int, watch: Watch) -> None:
    deepagents(steps, watch, plain=True)


LOOPS = {
    "smolagents": smolagents,
    "smolagents_tools": smolagents_tools,
    "pydantic_ai": pydantic_ai,
    "deepagents": deepagents,
    "langgraph": langgraph,
}


def main(name: str, steps: int) -> None:
    watch = Watch()
    LOOPS[name](steps, watch)
    late = max(1, steps // 10)
    print(
        json.dumps(
            {
                "steps": len(watch.cpu_ms),
                "cpu_ms_a_step": round(median(watch.cpu_ms[WARM:]), 2),
                "cpu_ms_a_late_step": round(median(watch.cpu_ms[-late:]), 2),
                "stack_growth": max(watch.depths) - watch.depths[0],
                "stack": watch.depths[0],
                "rss_growth_mb": round(median(watch.rss[-late:]) - watch.rss[WARM], 1),
                "prompt_chars_at_20": watch.prompts[20],
                "prompt_chars_at_300": watch.prompts[steps - 1],
                "reevaluated": round(1 - sum(watch.shared) / len(watch.shared), 3),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
