"""Spans of a scripted run: a real program sends them to a real receiver, and the journal says the
same."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.core.fold import fold
from selfstarter.core.ports import Recorded
from selfstarter.settings import Settings
from selfstarter.tracing.spans import Spans, model_of, provider

Reply = Mapping[str, Any]
GOAL = "Write a greeting to hello.txt"
KEY = "sk-proj-" + "Zq8vW3nR5tY7uI9oP1aS2dF4gH6jK8lM"
DRAFT: Reply = {"for": "draft", "json": {"outcome": "It is there.", "files": ["hello.txt"],
                "assumptions": [], "document": False, "criteria": []}}  # fmt: skip
PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Write it", "done_when": "it is"}]}}
WRAP_UP: Reply = {"for": "wrap_up", "text": "It is not all there."}
PROGRAM = (sys.executable, "-P", "-m", "selfstarter")


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


WRITE = call("write_file", path="hello.txt", content=f"hello {KEY}")
REPLIES = (DRAFT, PLAN, WRAP_UP, call("read_file", path="missing.md"), WRITE,
           call("finish", summary="It is written."))  # fmt: skip


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """Its address, and what it was sent."""
    sent: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()


def run(model: str, home: Path, workspace: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SELFSTARTER_", "OTEL_"))}
    argv = [*PROGRAM, "run", GOAL, "--model", model, "--home", str(home), "-w", str(workspace)]
    return subprocess.run(argv, env=kept | more, capture_output=True, text=True, check=False)


def of_journal(run_id: str, home: Path, content: bool = True) -> list[ReadableSpan]:
    """What the journal says happened, as spans."""
    records = look_up(run_id, Settings(home=home))[1]
    return spans_of(run_id, records, content)


def spans_of(run_id: str, records: list[Recorded], content: bool = True) -> list[ReadableSpan]:
    memory = InMemorySpanExporter()
    sender = provider(SimpleSpanProcessor(memory))
    first = fold([records[0]])
    spans = Spans(sender, run_id, first, "scripted:any.json", content=content)
    for recorded in records[1:]:
        spans.tell(run_id, recorded)
    spans.close()
    sender.shutdown()
    return list(memory.get_finished_spans())


def test_a_run_sends_its_spans_and_no_word_of_what_it_is_about(
    receiver: tuple[str, list[bytes]], home: Path, workspace: Path, script: Callable[..., str]
) -> None:
    address, sent = receiver
    env = {"SELFSTARTER_OTEL": "spans", "OTEL_EXPORTER_OTLP_ENDPOINT": address}
    done = run(script(*REPLIES), home, workspace, **env)
    assert done.returncode == 0, done.stderr
    for secret in (GOAL, "hello.txt", "missing.md", "It is written", str(workspace), KEY):
        assert not any(secret.encode() in body for body in sent), secret
    got = [span for body in sent
           for resource in ExportTraceServiceRequest.FromString(body).resource_spans
           for scope in resource.scope_spans for span in scope.spans]  # fmt: skip
    names = [span.name for span in got]
    assert names[-1] == "invoke_agent selfstarter", "the run's own span ends last"
    assert {"plan selfstarter", "execute_tool read_file", "execute_tool write_file"} <= {*names}
    assert len({span.trace_id for span in got}) == 1
    assert len({span.span_id for span in got}) == len(got)
    (run_id,) = (one.name for one in (home / "runs").iterdir())
    said = of_journal(run_id, home)
    assert {int.from_bytes(span.span_id) for span in got} == {
        span.context.span_id for span in said if span.context
    }, "what was sent is what the journal says"


def test_the_spans_of_a_run_are_as_the_conventions_name_them(
    home: Path, workspace: Path, script: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", KEY)
    outcome = went(home, workspace, script(*REPLIES))
    spans = of_journal(outcome.run_id, home)
    (whole,) = [span for span in spans if span.name == "invoke_agent selfstarter"]
    about = dict(whole.attributes or {})
    assert about["gen_ai.operation.name"] == "invoke_agent"
    assert about["gen_ai.provider.name"] == "scripted"
    assert about["gen_ai.conversation.id"] == outcome.run_id
    assert about["selfstarter.ending"] == "done" and whole.status.is_ok
    assert [event.name for event in whole.events] == ["gen_ai.evaluation.result"]
    chats = [span for span in spans if span.name.startswith("chat ")]
    assert len(chats) == outcome.state.spent.calls
    total = sum(number(span, "gen_ai.usage.input_tokens") for span in chats)
    assert total == outcome.state.spent.input == about["gen_ai.usage.input_tokens"]
    tools = {span.name: span for span in spans if span.name.startswith("execute_tool ")}
    failed = tools["execute_tool read_file"]
    assert not failed.status.is_ok and (failed.attributes or {})["error.type"] == "permanent"
    assert all((span.start_time or 0) <= (span.end_time or 0) for span in spans)
    args = str((tools["execute_tool write_file"].attributes or {})["gen_ai.tool.call.arguments"])
    assert "[secret]" in args and KEY not in "".join(span.to_json() for span in spans)
    inside = {span.context.span_id for span in spans if span.context}
    assert {span.parent.span_id for span in spans if span.parent} <= inside
    assert [span.name for span in spans if not span.parent] == ["invoke_agent selfstarter"]


def test_a_run_that_is_cut_anywhere_goes_on_in_its_trace_and_tells_nothing_twice(
    home: Path, workspace: Path, script: Callable[..., str]
) -> None:
    outcome = went(home, workspace, script(*REPLIES))
    records = look_up(outcome.run_id, Settings(home=home))[1]
    whole = {key(span) for span in spans_of(outcome.run_id, records) if not is_run(span)}
    for place in range(1, len(records)):
        early = spans_of(outcome.run_id, records[:place])
        assert {key(span) for span in early if not is_run(span)} <= whole
        assert [is_run(span) for span in early] == [False] * (len(early) - 1) + [True]


def test_a_part_that_is_given_away_stands_below_the_call_that_gave_it(
    home: Path, workspace: Path
) -> None:
    from selfstarter.models.scripted import ScriptedModel

    part = (PLAN, WRAP_UP, call("finish", summary="Tea costs 3."))
    model = ScriptedModel.of(
        DRAFT, PLAN, WRAP_UP, call("delegate", goals=["What does tea cost?"]), WRITE,
        call("finish", summary="Done."), children={"1": [DRAFT, *part]}, window=32_768,
    )  # fmt: skip
    heard: list[tuple[str, Recorded]] = []

    def listen(run_id: str, recorded: Recorded) -> None:
        heard.append((run_id, recorded))

    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue(GOAL, workspace, settings, model=model, listener=listen))
    memory = InMemorySpanExporter()
    sender = provider(SimpleSpanProcessor(memory))
    first = fold([heard[0][1]])
    spans = Spans(sender, outcome.run_id, first, "scripted:x.json", content=False)
    for run_id, recorded in heard[1:]:
        spans.tell(run_id, recorded)
    by_id = {span.context.span_id: span for span in memory.get_finished_spans() if span.context}
    above = [span.parent for span in by_id.values() if is_run(span) and span.parent]
    assert [by_id[parent.span_id].name for parent in above] == ["execute_tool delegate"]


def test_nothing_of_opentelemetry_is_loaded_unless_it_is_asked_for(
    home: Path, workspace: Path, script: Callable[..., str]
) -> None:
    code = """
import sys
from selfstarter import pursue_now
from selfstarter.settings import Settings
model, home, workspace = sys.argv[1:]
outcome = pursue_now("Write hello.txt", workspace, settings=Settings(model=model, home=home))
assert outcome.ending == "done", outcome.report
loaded = [name for name in sys.modules if name.startswith(("opentelemetry.sdk",
    "opentelemetry.exporter", "selfstarter.tracing.spans"))]
assert not loaded, loaded
"""
    argv = [sys.executable, "-P", "-c", code, script(*REPLIES), str(home), str(workspace)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_receiver_that_is_not_there_costs_the_run_nothing_but_a_warning(
    home: Path, workspace: Path, script: Callable[..., str]
) -> None:
    env = {"SELFSTARTER_OTEL": "content", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
           "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}  # fmt: skip
    done = run(script(*REPLIES), home, workspace, **env)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    assert (workspace / "hello.txt").exists()


@pytest.mark.parametrize(
    ("name", "service", "model"),
    [
        ("openai:gpt-5?window=32768&price=1/2", "openai", "gpt-5"),
        ("openai-chat:gpt-5", "openai", "gpt-5"),
        ("google:gemini-3", "gcp.gemini", "gemini-3"),
        ("openrouter:a/b", "openrouter", "a/b"),
        ("local", "llama.cpp", "local"),
        ("local:/home/ada/models/tiny.gguf", "llama.cpp", "tiny.gguf"),
        ("scripted:/home/ada/replies.json", "scripted", "replies.json"),
        ("http://10.0.0.7:8080/v1#qwen3-8b?small=1", "openai", "qwen3-8b"),
    ],
)
def test_a_model_is_named_without_what_is_only_of_this_machine(
    name: str, service: str, model: str
) -> None:
    said = model_of(name)
    assert (said["gen_ai.provider.name"], said["gen_ai.request.model"]) == (service, model)
    assert "ada" not in json.dumps(said)


def went(home: Path, workspace: Path, model: str) -> Outcome:
    return asyncio.run(pursue(GOAL, workspace, Settings(model=model, home=home)))


def number(span: ReadableSpan, name: str) -> int:
    found = (span.attributes or {})[name]
    assert isinstance(found, int)
    return found


def is_run(span: ReadableSpan) -> bool:
    return span.name.startswith("invoke_agent ")


def key(span: ReadableSpan) -> tuple[Any, ...]:
    assert span.context
    about = {name: value for name, value in (span.attributes or {}).items()}
    return (span.context.trace_id, span.context.span_id, span.name, span.start_time, span.end_time,
            json.dumps(about, sort_keys=True))  # fmt: skip
