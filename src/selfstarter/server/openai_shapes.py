"""What goes over the wire of `/v1`: as much of OpenAI's shapes as means something for a run. What a
client sends besides (a temperature, a seed) is left aside."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from selfstarter.core.spent import Spent

NAME = "selfstarter"
"""The model's name; any other is the name of the model that the run works with."""


class Part(BaseModel):
    type: Literal["text", "input_text", "output_text"]
    text: str


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part]

    @property
    def said(self) -> str:
        parts = self.content
        return parts if isinstance(parts, str) else "\n".join(part.text for part in parts)


class Wanted(BaseModel):
    model: str = Field(default=NAME, max_length=500)
    stream: bool = False
    metadata: dict[str, str] | None = None
    """`workspace`: a folder on the server's machine; without it, a new one."""
    tools: list[Any] | None = Field(default=None, max_length=0)
    """None can be given: a run has its own."""

    @property
    def workspace(self) -> str:
        return (self.metadata or {}).get("workspace", "")


class StreamOptions(BaseModel):
    include_usage: bool = False


class Chat(Wanted):
    messages: list[Message] = Field(min_length=1)
    n: Literal[1] = 1
    stream_options: StreamOptions | None = None


class Ask(Wanted):
    input: str | list[Message]
    instructions: str | None = None
    background: bool = False
    previous_response_id: str | None = Field(default=None, max_length=200)
    """The run works on in that one's folder."""


def goal_of(messages: Sequence[Message], *before: str, instructions: str = "") -> str:
    """What the person said. What was answered is left out: it may hold text from elsewhere, and a
    goal is trusted. Empty: the person said nothing."""
    asked = [*before, *(one.said.strip() for one in messages if one.role == "user")]
    rules = [one.said.strip() for one in messages if one.role in ("system", "developer")]
    rules = [text for text in (instructions.strip(), *rules) if text]
    if not asked:
        return ""
    goal = asked[-1]
    if asked[:-1]:
        goal += "\n\nAsked before, in this order:\n" + "\n".join(f"- {one}" for one in asked[:-1])
    return goal + ("\n\nKeep to this:\n" + "\n".join(rules) if rules else "")


class Fault(BaseModel):
    message: str
    type: str
    param: str | None = None
    code: str | None = None


class Faulty(BaseModel):
    error: Fault


class ModelCard(BaseModel):
    id: str = NAME
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = NAME


class Models(BaseModel):
    object: Literal["list"] = "list"
    data: list[ModelCard] = [ModelCard()]


class ChatUsage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Said(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str


class Choice(BaseModel):
    index: int = 0
    message: Said
    finish_reason: Literal["stop", "length"]


class Completion(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: ChatUsage


class Answer(BaseModel):
    """A response, in OpenAI's word."""

    id: str
    object: Literal["response"] = "response"
    created_at: float
    status: Literal["completed", "incomplete", "in_progress", "failed", "cancelled"]
    error: dict[str, str] | None = None
    incomplete_details: dict[str, str] | None = None
    instructions: str | None = None
    metadata: dict[str, str] = {}
    model: str
    output: list[dict[str, Any]]
    """Items `reasoning` (what was done, a line each) and `message`."""
    parallel_tool_calls: bool = False
    tool_choice: str = "none"
    tools: list[Any] = []
    background: bool = False
    previous_response_id: str | None = None
    usage: dict[str, Any] | None = None


def chat_usage(spent: Spent) -> ChatUsage:
    return ChatUsage(
        prompt_tokens=spent.input,
        completion_tokens=spent.output,
        total_tokens=spent.input + spent.output,
    )


def usage_of(spent: Spent) -> dict[str, Any]:
    return {
        "input_tokens": spent.input,
        "input_tokens_details": {"cached_tokens": spent.cached, "cache_write_tokens": 0},
        "output_tokens": spent.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": spent.input + spent.output,
    }


def reasoning(run_id: str, lines: Sequence[str], status: str = "completed") -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": line} for line in lines]
    return {"id": f"rs_{run_id}", "type": "reasoning", "summary": summary, "status": status}


def message(run_id: str, text: str | None, status: str = "completed") -> dict[str, Any]:
    """`text` None: it has not begun."""
    content = [] if text is None else [written(text)]
    return {
        "id": f"msg_{run_id}",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": content,
    }


def written(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
