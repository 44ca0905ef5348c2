"""A reply that goes in circles is stopped; one that only repeats itself a little is not."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2 as httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.core.ports import Message, Request
from selfstarter.models.circles import SHORTEST, TIMES, once, period
from selfstarter.models.local import LocalModel

HEAD = "from pathlib import Path\n\ntext = Path('notes.txt').read_text()\n"
LINE = "# or: text = text.replace(old, new); path.write_text(text)\n"


@given(st.text(max_size=60), st.text(min_size=1, max_size=60), st.integers(0, 60))
def test_what_repeats_itself_is_found_wherever_it_is_cut(head: str, piece: str, rest: int) -> None:
    many = max(TIMES, SHORTEST // len(piece)) + 2
    text = head + piece * many + piece[: rest % len(piece)]
    assert 0 < period(text) <= len(piece)
    assert text.startswith(once(text)) and len(once(text)) < len(text) - SHORTEST // 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        HEAD + LINE * (TIMES - 1),
        "| a | b |\n" + "| --- | --- |\n" + "|  |  |\n" * 12,
        "=" * 100,
        "".join(
            f"print({n}, 'a row of a table that is much like the next one')\n" for n in range(99)
        ),
    ],
)
def test_what_a_person_would_write_is_left_alone(text: str) -> None:
    assert (period(text), once(text)) == (0, text)


class Rambling(BaseHTTPRequestHandler):
    """Says its head, and then its line until nobody listens."""

    sent = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        Rambling.sent = 0
        try:
            for word in [HEAD, *LINE.split(" ") * 2_000]:
                chunk = {"choices": [{"delta": {"content": word + " "}}]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
                Rambling.sent += 1
                time.sleep(0.0005)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def rambling() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Rambling)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_model_that_rambles_is_hung_up_on(rambling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def started(own: LocalModel) -> httpx.AsyncClient:
        own.http = own.http or httpx.AsyncClient(base_url=rambling)
        return own.http

    monkeypatch.setattr(LocalModel, "started", started)

    async def asked() -> None:
        own = LocalModel(lambda: Path("none.gguf"))
        reply = await own.complete(Request((Message("user", "Improve things."),), max_tokens=900))
        await own.close()
        assert reply.cut and reply.text.startswith(HEAD)
        assert reply.text.count("text.replace(old,") <= 2
        assert 0 < reply.usage.output < 400 and reply.usage.input > 0

    asyncio.run(asked())
    assert Rambling.sent < 2_000
