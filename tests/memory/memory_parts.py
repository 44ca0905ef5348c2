"""Records, and a real HTTP server that embeds as others do."""

import json
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from selfstarter.core.ports import MemoryKind, MemoryRecord


def record(
    text: str, run_id: str = "r1", seq: int = 1, *, kind: MemoryKind = "semantic", **more: Any
) -> MemoryRecord:
    id = more.pop("id", f"{run_id}-{seq}-{zlib.crc32(text.encode()):08x}")
    fields: dict[str, Any] = {"at": 1_700_000_000.0 + seq, **more}
    return MemoryRecord(id=id, kind=kind, text=text, run_id=run_id, seq=seq, **fields)


class EmbeddingServer:
    """Answers `POST /v1/embeddings`: a text's words, hashed into so many numbers."""

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.broken = ""
        """A body that is sent instead, with status 500 where it is `down`."""
        handler = type("Handler", (_Handler,), {"of": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def reply(self, body: dict[str, Any]) -> str:
        if self.broken:
            return self.broken
        rows = [
            {"index": i, "embedding": self.vector(text)} for i, text in enumerate(body["input"])
        ]
        return json.dumps({"data": rows[::-1], "model": body["model"]})

    def vector(self, text: str) -> list[float]:
        made = [0.01] * self.dimension
        for word in text.lower().split():
            made[zlib.crc32(word.encode()) % self.dimension] += 1.0
        return made


class _Handler(BaseHTTPRequestHandler):
    of: EmbeddingServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.of.asked.append(body)
        self.of.keys.append(self.headers.get("Authorization", ""))
        answer = self.of.reply(body).encode()
        self.send_response(500 if self.of.broken == "down" else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        pass
