"""A run as spans: a projection of its events, in the words of OpenTelemetry's conventions for
generative AI (still "in development": all names of theirs stand in this file).

A span's id is made of what it is about. So a run that is resumed, by whatever process, goes on in
its trace, and what is told twice is the same span twice. Events hold no key of this machine: the
journal has taken them out.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from selfstarter import __version__
from selfstarter.core.events import (
    CallChosen,
    CallReturned,
    CallStarted,
    CriterionChecked,
    Delegated,
    ModelCalled,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
)
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State

AGENT = "selfstarter"
PROVIDERS = {
    "openai-chat": "openai",
    "google": "gcp.gemini",
    "local": "llama.cpp",
}
"""Of our names of services, those that the conventions call otherwise."""
FAILED = ("transient", "permanent", "denied", "oversize")
"""A call that returned so is an error."""
LONGEST = 8_000
"""Characters of a content."""


class Ids(IdGenerator):
    """Of the span that is begun next."""

    trace = 0
    span = 0

    def generate_trace_id(self) -> int:
        return self.trace

    def generate_span_id(self) -> int:
        return self.span


def provider(processor: SpanProcessor) -> TracerProvider:
    named = Resource({"service.name": AGENT, "service.version": __version__})
    found = TracerProvider(
        id_generator=Ids(), resource=named.merge(OTELResourceDetector().detect())
    )
    found.add_span_processor(processor)
    return found


@dataclass(slots=True)
class Stretch:
    """A run at work, from its start or resume to its pause or end."""

    span: Span
    last_at: float
    input: int = 0
    output: int = 0
    cached: int = 0
    calls: dict[str, tuple[CallChosen, float]] = field(
        default_factory=dict[str, tuple[CallChosen, float]]
    )
    """Of each call that has not returned: since when it is chosen, or runs."""


class Spans:
    """Told of each event of a run and of its child runs, begins and ends their spans."""

    def __init__(
        self, sender: TracerProvider, run_id: str, state: State, model: str, *, content: bool
    ) -> None:
        """`state`: when the run goes to work. `model`: its name. `content`: goals, replies, calls
        and their results too."""
        started = state.started
        assert isinstance(sender.id_generator, Ids)
        self.ids = sender.id_generator
        self.tracer = sender.get_tracer(AGENT, __version__)
        self.content = content
        # Two machines may give one name to two runs.
        of = (run_id, started.goal, started.workspace) if started else (run_id,)
        self.trace = number(of, 16)
        self.model = model_of(model)
        self.stretches: dict[str, Stretch] = {}
        self.parents: dict[str, Span] = {}
        """Of child runs: the call that they answer."""
        self.begin(run_id, state.seq, state.last_at, started)

    def tell(self, run_id: str, recorded: Recorded) -> None:
        at, event = recorded.at, recorded.event
        if run_id not in self.stretches:
            started = event if isinstance(event, RunStarted) else None
            self.begin(run_id, recorded.seq, at, started)
        stretch = self.stretches[run_id]
        stretch.last_at = at
        match event:
            case ModelCalled():
                self.model_called(run_id, stretch, recorded.seq, at, event)
            case CallChosen():
                stretch.calls[event.call_id] = (event, at)
            case CallStarted() if event.call_id in stretch.calls:
                stretch.calls[event.call_id] = (stretch.calls[event.call_id][0], at)
            case Delegated():
                above = self.place(run_id, "call", event.call_id)
                names = (f"{run_id}.c{errand.number}" for errand in event.errands)
                self.parents |= dict.fromkeys(names, above)
            case CallReturned():
                self.returned(run_id, stretch, at, event)
            case CriterionChecked():
                self.checked(stretch, at, event)
            case RunResumed(model=model) if model:
                self.model = model_of(model)
            case RunPaused():
                self.end(run_id, "paused")
            case RunEnded():
                self.end(run_id, event.ending, event.answer)
            case _:
                pass

    def close(self) -> None:
        """What is still at work was cut short."""
        for run_id in [*self.stretches]:
            self.end(run_id, "interrupted")

    def begin(self, run_id: str, seq: int, at: float, started: RunStarted | None) -> None:
        about = {
            "gen_ai.agent.name": AGENT,
            "gen_ai.agent.version": __version__,
            "gen_ai.conversation.id": run_id,
            **self.model,
        }
        above = run_id.rpartition(".")[0]
        parent = self.parents.get(run_id)
        if parent is None and above in self.stretches:
            parent = self.stretches[above].span
        span = self.start("invoke_agent", AGENT, (run_id, "run", seq), at, about, parent)
        if started and self.content:
            span.set_attribute("gen_ai.input.messages", said("user", started.goal))
        self.stretches[run_id] = Stretch(span, at)

    def end(self, run_id: str, ending: str, answer: str = "") -> None:
        stretch = self.stretches.pop(run_id)
        span = stretch.span
        span.set_attributes(usage(stretch.input, stretch.output, stretch.cached))
        span.set_attribute("selfstarter.ending", ending)
        if answer and self.content:
            span.set_attribute("gen_ai.output.messages", said("assistant", answer))
        if ending in ("failed", "interrupted"):
            failed(span, ending)
        span.end(nanoseconds(stretch.last_at))

    def model_called(
        self, run_id: str, stretch: Stretch, seq: int, at: float, event: ModelCalled
    ) -> None:
        stretch.input += event.input
        stretch.output += event.output
        stretch.cached += event.cached
        began, above = at - event.duration_s, stretch.span
        if event.purpose == "plan":
            about = {"gen_ai.agent.name": AGENT, "gen_ai.conversation.id": run_id}
            above = self.start("plan", AGENT, (run_id, "plan", seq), began, about, above)
        reason = "length" if event.cut else "tool_calls" if event.calls else "stop"
        about = {
            **self.model,
            **usage(event.input, event.output, event.cached),
            "gen_ai.conversation.id": run_id,
            "gen_ai.response.finish_reasons": (reason,),
            "selfstarter.purpose": event.purpose,
        }
        if event.cost_usd is not None:
            about["selfstarter.cost_usd"] = event.cost_usd
        name, key = self.model["gen_ai.request.model"], (run_id, "model", seq)
        span = self.start("chat", name, key, began, about, above, SpanKind.CLIENT)
        if self.content:
            calls = [
                {"type": "tool_call", "name": call.get("tool"), "arguments": call.get("args")}
                for call in event.calls
            ]
            span.set_attribute(
                "gen_ai.output.messages", said("assistant", event.text, calls, reason)
            )
        span.end(nanoseconds(at))
        if above is not stretch.span:
            above.end(nanoseconds(at))

    def returned(self, run_id: str, stretch: Stretch, at: float, event: CallReturned) -> None:
        chosen, began = stretch.calls.pop(event.call_id, (None, at))
        name = chosen.tool if chosen else "unknown"
        about = {
            "gen_ai.tool.name": name,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": event.call_id,
            "gen_ai.conversation.id": run_id,
            "selfstarter.status": event.status,
        }
        if self.content:
            args = json.dumps(chosen.args if chosen else {}, ensure_ascii=False)
            about["gen_ai.tool.call.arguments"] = args[:LONGEST]
            about["gen_ai.tool.call.result"] = (event.output or event.error)[:LONGEST]
        key = (run_id, "call", event.call_id)
        span = self.start("execute_tool", name, key, began, about, stretch.span)
        if event.status in FAILED:
            failed(span, event.status)
        span.end(nanoseconds(at))

    def checked(self, stretch: Stretch, at: float, event: CriterionChecked) -> None:
        about: dict[str, Any] = {
            "gen_ai.evaluation.name": event.criterion,
            "gen_ai.evaluation.score.value": float(event.passed),
            "gen_ai.evaluation.score.label": "pass" if event.passed else "fail",
        }
        if self.content:
            about["gen_ai.evaluation.explanation"] = event.evidence[:LONGEST]
        stretch.span.add_event("gen_ai.evaluation.result", about, nanoseconds(at))

    def start(
        self,
        operation: str,
        name: str,
        key: tuple[Any, ...],
        at: float,
        about: Mapping[str, Any],
        parent: Span | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> Span:
        self.ids.trace, self.ids.span = self.trace, number((self.trace, *key), 8)
        return self.tracer.start_span(
            f"{operation} {name}".rstrip(),
            set_span_in_context(parent) if parent else None,
            kind,
            {"gen_ai.operation.name": operation, **about},
            start_time=nanoseconds(at),
        )

    def place(self, *key: Any) -> Span:
        """Where a span is, or will be, that somebody else begins."""
        flags = TraceFlags(TraceFlags.SAMPLED)
        return NonRecordingSpan(
            SpanContext(self.trace, number((self.trace, *key), 8), False, flags)
        )


def model_of(name: str) -> dict[str, str]:
    """As a person wrote it; what it holds besides (a path, a price) stays here."""
    if name.startswith(("http://", "https://")):
        address, _, model = name.partition("#")
        return {
            "gen_ai.provider.name": "openai",  # whose protocol it speaks
            "gen_ai.request.model": model.partition("?")[0],
            "server.address": urlsplit(address).hostname or "",
        }
    service, _, model = name.partition("?")[0].partition(":")
    if service in ("local", "scripted", "recorded"):
        model = PurePath(model).name
    return {
        "gen_ai.provider.name": PROVIDERS.get(service, service),
        "gen_ai.request.model": model or service,
    }


def usage(given: int, made: int, cached: int) -> dict[str, Any]:
    return {
        "gen_ai.usage.input_tokens": given,
        "gen_ai.usage.output_tokens": made,
        "gen_ai.usage.cache_read.input_tokens": cached,
    }


def said(role: str, text: str, more: Iterable[Mapping[str, Any]] = (), reason: str = "") -> str:
    """One message, as JSON: attributes of spans hold no structures everywhere yet."""
    parts = [{"type": "text", "content": text[:LONGEST]}] if text else []
    message = {"role": role, "parts": [*parts, *more]}
    return json.dumps([message | ({"finish_reason": reason} if reason else {})], ensure_ascii=False)


def failed(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))


def number(key: Iterable[Any], size: int) -> int:
    """The same for the same key, of `size` bytes; never 0, which is no id."""
    digest = hashlib.sha256(json.dumps([*key]).encode()).digest()
    return int.from_bytes(digest[:size]) or 1


def nanoseconds(at: float) -> int:
    return int(at * 1e9)
