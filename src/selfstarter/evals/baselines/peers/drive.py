"""Runs a peer: in the peer's own virtual environment, so with nothing but the standard library.

Closed in, without a network: what the peer says to its model goes to a port of this process, and
from there through a Unix socket to the proxy that counts. The job comes as JSON on stdin; the last
line of the output is how it ended. A driver is the file AGENT_peer.py beside this one: `run(job)`
pursues the goal with the peer's own recommended set-up, `version()` imports it.
"""

import json
import os
import runpy
import socket
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

MARK = "\n@@ended@@ "
LONGEST = 20_000
"""Characters of an answer."""


def main() -> None:
    job = SimpleNamespace(**json.loads(sys.stdin.readline()))
    os.environ.update(job.environ)
    os.chdir(job.workspace)
    try:
        driver = runpy.run_path(str(Path(__file__).with_name(f"{job.agent}_peer.py")))
        if not job.goal:
            ended = {"version": driver["version"]()}
        else:
            job.url = f"http://127.0.0.1:{bridge(job.socket)}/{job.run}/v1"
            ended = driver["run"](job)
            ended["answer"] = str(ended["answer"])[:LONGEST]
    except Exception as error:
        traceback.print_exc()
        ended = {"ending": "failed", "why": f"{type(error).__name__}: {error}"[:2_000]}
    sys.stdout.flush()
    print(MARK + json.dumps(ended), flush=True)
    os._exit(0)  # some leave threads behind that wait for a network


def bridge(path: str) -> int:
    """The port that leads to the Unix socket `path`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            near, _ = listener.accept()
            far = socket.socket(socket.AF_UNIX)
            far.connect(path)
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=pump, args=(source, target), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
    finally:
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main()
