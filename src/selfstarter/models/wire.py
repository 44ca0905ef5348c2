"""Our requests and replies in the words of pydantic-ai, and back. Pure; the library is imported on
the first call, so that a run with a local model never pays for it."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from selfstarter.core.cleaning import storable, whole
from selfstarter.core.ports import Message, Reply, Request, Usage, WantedCall

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters
    from pydantic_ai.settings import ModelSettings

THINKING_ROOM = 8_192
"""Tokens granted on top of `max_tokens` to a model that thinks unasked: its thoughts count too."""
MOST_STOPS = 4
"""What every provider takes; the others are applied here (`ended`)."""


def paired(messages: Sequence[Message], tools: bool) -> list[Message]:
    """The same talk with every call answered right away and under one id, as providers demand.

    Calls and results that have lost each other (a compaction, a crash), and all of them where the
    request offers no tools, are told as words.
    """
    ids: dict[int, str] = {}
    waiting: list[int] = []
    after = ""
    for n, message in enumerate(messages):
        if message.role == "assistant" and after != "assistant":
            waiting = []
        if message.role == "assistant" and message.call:
            waiting.append(n)
        elif message.role == "tool":
            asked = next((m for m in waiting if answers(message, messages[m])), None)
            if asked is None:
                waiting = []  # told in words, it stands between the call and any later answer
            elif tools:
                waiting.remove(asked)
                call = messages[asked].call
                ids[asked] = ids[n] = (call.id if call else "") or f"made_{asked}"
        elif message.role != "assistant":
            waiting = []
        after = message.role
    return [with_id(m, ids[n]) if n in ids else in_words(m) for n, m in enumerate(messages)]


def answers(result: Message, asked: Message) -> bool:
    if result.call is None or asked.call is None:
        return result.call is None
    return result.call.tool == asked.call.tool and result.call.id in ("", asked.call.id)


def with_id(message: Message, id: str) -> Message:
    call = message.call or WantedCall("", {})
    return Message(message.role, message.text, WantedCall(call.tool, call.args, id))


def in_words(message: Message) -> Message:
    if message.role == "tool":
        return Message("user", message.text)
    if message.call is None:
        return message
    called = f"{message.call.tool}({json.dumps(dict(message.call.args), ensure_ascii=False)})"
    return Message(message.role, f"{message.text}\n\n{called}".strip())


def messages_of(request: Request) -> "list[ModelMessage]":
    from pydantic_ai import messages as m

    said: list[ModelMessage] = []
    for message in paired(request.messages, bool(request.tools)):
        call = message.call
        if message.role == "assistant":
            parts: list[m.ModelResponsePart] = [m.TextPart(message.text)] if message.text else []
            if call:
                parts.append(m.ToolCallPart(call.tool, dict(call.args), tool_call_id=call.id))
            last = said[-1] if said else None
            if isinstance(last, m.ModelResponse):
                said[-1] = m.ModelResponse([*last.parts, *parts])
            elif parts:
                said.append(m.ModelResponse(parts))
            continue
        part: m.ModelRequestPart
        if message.role == "tool" and call:
            tool = call.tool or called(said, call.id)
            part = m.ToolReturnPart(tool, message.text, tool_call_id=call.id)
        elif message.role == "system":
            part = m.SystemPromptPart(message.text)
        else:
            part = m.UserPromptPart(message.text)
        last = said[-1] if said else None
        if isinstance(last, m.ModelRequest):
            said[-1] = m.ModelRequest([*last.parts, part])
        else:
            said.append(m.ModelRequest([part]))
    return said


def called(said: "Sequence[ModelMessage]", id: str) -> str:
    """Name of the tool that the call `id` asked for."""
    from pydantic_ai.messages import ToolCallPart

    parts = [part for message in said for part in message.parts]
    found = (p.tool_name for p in parts if isinstance(p, ToolCallPart) and p.tool_call_id == id)
    return next(found, "tool")


def parameters_of(request: Request, model: "Model") -> "ModelRequestParameters":
    """Tools, and the schema by force where the provider can, else as an instruction."""
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.tools import ToolDefinition

    tools = [
        ToolDefinition(name=t.name, parameters_json_schema=t.parameters, description=t.does)
        for t in request.tools
    ]
    if request.schema is None:
        return ModelRequestParameters(function_tools=tools)
    google_cannot = model.system == "google" and not profile(model).get(
        "google_supports_tool_combination"
    )
    native = can_force(model) and not (tools and google_cannot)
    return ModelRequestParameters(
        function_tools=tools,
        output_mode="native" if native else "prompted",
        output_object=OutputObjectDefinition(request.schema, name="reply"),
    )


def settings_of(request: Request, model: "Model") -> "ModelSettings":
    known, thinks = profile(model), thinks_unasked(model)
    settings: ModelSettings = {
        "max_tokens": request.max_tokens + (THINKING_ROOM if thinks else 0),
        "timeout": request.timeout_s,
        "max_retries": 0,  # RetryingModel owns that
        "cache": True,
    }
    reasons = thinks and model.system == "openai"  # refuses both of these
    if not reasons and not known.get("anthropic_disallows_sampling_settings"):
        settings["temperature"] = request.temperature
    if "seed" not in model.unsupported_settings:
        settings["seed"] = request.seed & 0x7FFFFFFF
    stops = [stop for stop in request.stop if stop.strip()][:MOST_STOPS]
    if stops and not reasons and "stop_sequences" not in model.unsupported_settings:
        settings["stop_sequences"] = stops
    return settings


def thinks_unasked(model: "Model") -> bool:
    known = profile(model)
    google = model.system == "google" and known.get("supports_thinking")
    return bool(
        google or known.get("thinking_enabled_by_default") or known.get("thinking_always_enabled")
    )


def can_force(model: "Model") -> bool:
    return bool(profile(model).get("supports_json_schema_output"))


def profile(model: "Model") -> Mapping[str, Any]:
    return {**model.profile}


def reply_of(response: "ModelResponse", request: Request, free: bool) -> Reply:
    from pydantic_ai.messages import TextPart, ToolCallPart

    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    calls = tuple(
        WantedCall(whole(part.tool_name), storable(part.args_as_dict()), part.tool_call_id)
        for part in response.parts
        if isinstance(part, ToolCallPart)
    )
    return Reply(
        text=ended(whole(text), request.stop),
        calls=calls,
        usage=usage_of(response, request, free),
        cut=response.finish_reason == "length",
    )


def ended(text: str, stops: Sequence[str]) -> str:
    """`text` up to the first stop: not every provider knows them, and some keep them."""
    return text[: min((text.find(stop) for stop in stops if stop and stop in text), default=None)]


def usage_of(response: "ModelResponse", request: Request, free: bool) -> Usage:
    """As the server counts. One that does not count is estimated, so that budgets still hold."""
    used = response.usage
    if not used.input_tokens and not used.output_tokens:
        read = sum(tokens(m.text) for m in request.messages)
        wrote = sum(tokens(str(getattr(part, "content", part))) for part in response.parts)
        return Usage(input=read, output=wrote, cost_usd=0.0 if free else None)
    return Usage(
        input=used.input_tokens,
        output=used.output_tokens,
        cached=used.cache_read_tokens,
        cost_usd=0.0 if free else cost_of(response),
    )


def cost_of(response: "ModelResponse") -> float | None:
    try:
        return float(response.cost().total_price)
    except (LookupError, ValueError, AssertionError):
        return None


def tokens(text: str) -> int:
    """A bound for languages with few characters a token; outside ASCII, one each."""
    ascii = sum(map(str.isascii, text)) if not text.isascii() else len(text)
    return math.ceil(ascii / 3.2) + len(text) - ascii
