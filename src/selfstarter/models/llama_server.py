"""The child process that holds the embedded model: an HTTP server on loopback, nothing else.

Run as `python -m selfstarter.models.llama_server`; the settings come as one JSON line on stdin, so
that the key is in no command line. It ends when stdin does, or when its parent dies: a crash of
either costs the other at most a retry.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Linux only; elsewhere the end of stdin is the sign (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def library() -> Any:
    """xllamacpp has no types."""
    return importlib.import_module("xllamacpp")


def params_of(xllamacpp: Any, wanted: dict[str, Any]) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = wanted["path"]
    params.n_ctx = wanted["window"]
    params.n_parallel = 1
    params.port = 0
    params.api_keys = [wanted["key"]]
    # Threads spin at every step of the computation until the last of them is there: one too many
    # on a busy machine and all of them burn their time waiting (decision 003).
    params.cpuparams.n_threads = wanted["threads"]
    params.cpuparams_batch.n_threads = wanted["threads"]
    params.warmup = False
    params.ui = False
    return params


def main() -> None:
    die_with_parent()
    # Ctrl-C is the parent's to handle: the step that is under way must be able to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wanted = json.loads(sys.stdin.readline())
    # stdout carries one line, the address; llama.cpp's own chatter goes to the log.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    xllamacpp = library()
    server = xllamacpp.Server(params_of(xllamacpp, wanted))
    print(json.dumps({"url": server.listening_address}), file=out, flush=True)
    sys.stdin.read()
    os._exit(0)  # llama.cpp's threads need no farewell


if __name__ == "__main__":
    main()
