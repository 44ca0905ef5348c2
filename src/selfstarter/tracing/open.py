"""Whether runs are told of, and where to: nothing of OpenTelemetry is imported unless they are."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State

Tracing = Literal["off", "spans", "content"]
Listener = Callable[[str, Recorded], None]
Traced = Callable[[str, State, str, Listener | None], AbstractContextManager[Listener | None]]
"""(run id, how it stands, its model's name, who is told of its events) -> who is told while it is
at work."""


def open_tracing(wanted: Tracing) -> Traced | None:
    """None: off. Sends by OTLP to where the standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT` …)
    say. Raises BadSetting: the packages are not there."""
    if wanted == "off":
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from selfstarter.tracing.spans import Spans, provider
    except ImportError as error:
        raise BadSetting(
            "To send spans of runs takes OpenTelemetry: pip install 'selfstarter[otel]', or set"
            " otel back to off."
        ) from error

    @contextmanager
    def traced(
        run_id: str, state: State, model: str, listener: Listener | None
    ) -> Generator[Listener | None]:
        sender = provider(BatchSpanProcessor(OTLPSpanExporter()))
        spans = Spans(sender, run_id, state, model, content=wanted == "content")

        def both(of: str, recorded: Recorded) -> None:
            spans.tell(of, recorded)
            if listener:
                listener(of, recorded)

        try:
            yield both
        finally:
            spans.close()
            sender.shutdown()

    return traced
