"""Our requests and replies in the words of pydantic-ai, and back. Pure; the library is imported on
the first call, so that a run with a local model never pays for it."""

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from selfstarter.core.cleaning import storable, whole
from selfstarter.core.loose_json import NO_JSON, arguments_in
from selfstarter.core.ports import Message, Reply, Request, Usage, WantedCall
from selfstarter.models.in_words import told, written
from selfstarter.models.refused import Part

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart
    from pydantic_ai.models import Model, ModelRequestParameters
    from pydantic_ai.settings import ModelSettings

THINKING_ROOM = 8_192
"""Tokens granted on top of `max_tokens` to a model that thinks unasked: its thoughts count too."""
SHAPE = "Reply with one JSON object of this JSON schema, and nothing else:\n{schema}"
MOST_STOPS = 4
"""What every provider takes; the others are applied here (`ended`)."""


def paired(
    messages: Sequence[Message], tools: bool, shown: Callable[[WantedCall], str]
) -> list[Message]:
    """The same talk with every call answered right away and under one id, as providers demand.

    Calls and results that have lost each other (a compaction, a crash), and all of them where the
    request offers no tools, are told as words; `shown`: how a call is.
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
    return [with_id(m, ids[n]) if n in ids else in_words(m, shown) for n, m in enumerate(messages)]


def answers(result: Message, asked: Message) -> bool:
    if result.call is None or asked.call is None:
        return result.call is None
    return result.call.tool == asked.call.tool and result.call.id in ("", asked.call.id)


def with_id(message: Message, id: str) -> Message:
    call = message.call or WantedCall("", {})
    return Message(message.role, message.text, WantedCall(call.tool, call.args, id))


def in_words(message: Message, shown: Callable[[WantedCall], str]) -> Message:
    if message.role == "tool":
        return Message("user", message.text)
    if message.call is None:
        return message
    return Message(message.role, f"{message.text}\n\n{shown(message.call)}".strip())


def named(call: WantedCall) -> str:
    return f"{call.tool}({json.dumps(dict(call.args), ensure_ascii=False)})"


def with_words(messages: Sequence[Message], words: Sequence[str]) -> Sequence[Message]:
    """With them at the end of what the system says first: some servers take one such message."""
    if not words:
        return messages
    first, rest = messages[:1], messages[1:]
    if not first or first[0].role != "system":
        first, rest = [Message("system", "")], messages
    return [Message("system", "\n\n".join([first[0].text, *words]).strip()), *rest]


def schema_in_words(left_out: Collection[Part]) -> bool:
    """Else pydantic-ai tells it, as a system message."""
    return not {"json", "system"}.isdisjoint(left_out)


def without_system(messages: Sequence[Message]) -> list[Message]:
    """As turns, a user's first: what the system said, and all that a user says in a row, in one."""
    said: list[Message] = []
    for message in messages:
        role = "user" if message.role == "system" else message.role
        last = said[-1] if said else None
        if last and last.role == role == "user":
            said[-1] = Message("user", f"{last.text}\n\n{message.text}")
        else:
            said.append(Message(role, message.text, message.call))
    return said


def messages_of(request: Request, left_out: Collection[Part] = ()) -> "list[ModelMessage]":
    from pydantic_ai import messages as m

    words: list[str] = []
    tools_in_words = bool(request.tools) and "tools" in left_out
    if tools_in_words:
        words.append(told(request.tools))
    if request.schema and schema_in_words(left_out):
        words.append(SHAPE.format(schema=json.dumps(request.schema, ensure_ascii=False)))
    talk = paired(
        with_words(request.messages, words),
        bool(request.tools) and not tools_in_words,
        written if tools_in_words else named,
    )
    said: list[ModelMessage] = []
    for message in without_system(talk) if "system" in left_out else talk:
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


def parameters_of(
    request: Request, model: "Model", left_out: Collection[Part] = ()
) -> "ModelRequestParameters":
    """Tools, and the schema by force where the provider can, else as an instruction."""
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.tools import ToolDefinition

    tools = [
        ToolDefinition(name=t.name, parameters_json_schema=t.parameters, description=t.does)
        for t in (request.tools if "tools" not in left_out else ())
    ]
    if request.schema is None or schema_in_words(left_out):
        return ModelRequestParameters(function_tools=tools)
    google_cannot = model.system == "google" and not profile(model).get(
        "google_supports_tool_combination"
    )
    native = can_force(model) and not (tools and google_cannot) and "schema" not in left_out
    return ModelRequestParameters(
        function_tools=tools,
        output_mode="native" if native else "prompted",
        output_object=OutputObjectDefinition(request.schema, name="reply"),
    )


def settings_of(
    request: Request, model: "Model", left_out: Collection[Part] = ()
) -> "ModelSettings":
    known, most = profile(model), request.max_tokens + request.thoughts
    settings: ModelSettings = {
        "timeout": request.timeout_s,
        "max_retries": 0,  # RetryingModel owns that
        "cache": True,
    }
    if "max_tokens" in left_out:
        settings["extra_body"] = {"max_completion_tokens": most}
    else:
        settings["max_tokens"] = most
    reasons = thinks_unasked(model) and model.system == "openai"  # refuses both of these
    told_how = not reasons and not known.get("anthropic_disallows_sampling_settings")
    if told_how and "temperature" not in left_out:
        settings["temperature"] = request.temperature
    if "seed" not in (*model.unsupported_settings, *left_out):
        settings["seed"] = request.seed & 0x7FFFFFFF
    stops = [stop for stop in request.stop if stop.strip()][:MOST_STOPS]
    unknown = reasons or "stop_sequences" in model.unsupported_settings or "stop" in left_out
    if stops and not unknown:
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


def has_thought(response: "ModelResponse") -> bool:
    from pydantic_ai.messages import ThinkingPart

    parts = any(isinstance(part, ThinkingPart) and part.content for part in response.parts)
    return parts or bool(response.usage.details.get("reasoning_tokens"))


def reply_of(response: "ModelResponse", request: Request, free: bool) -> Reply:
    from pydantic_ai.messages import TextPart, ToolCallPart

    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    calls = tuple(
        WantedCall(whole(part.tool_name), storable(arguments(part)), part.tool_call_id)
        for part in response.parts
        if isinstance(part, ToolCallPart)
    )
    return Reply(
        text=ended(whole(text), request.stop),
        calls=calls,
        usage=usage_of(response, request, free),
        cut=response.finish_reason == "length",
    )


def arguments(part: "ToolCallPart") -> dict[str, Any]:
    """Of a call, as models write them; what cannot be read stands under `NO_JSON`."""
    found = part.args_as_dict()
    if found.keys() == {NO_JSON}:
        found = arguments_in(str(found[NO_JSON])) or found
    return found


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
