"""What the sandbox costs, side by side in one run: `python bench/sandbox.py [ROUNDS]`.

Each round runs every row once, in turn, so that a busy machine is busy for all of them alike.
`bare bwrap` is bubblewrap with the same namespaces and mounts and nothing of ours: no stage inside
that sets rlimits and Landlock, no seccomp, no supervisor that looks at memory and disk.
Last line: `sandbox first_cell_ms=N next_cell_ms=N.NN shell_ratio=N.NN`.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles

from selfstarter.sandbox.bubblewrap import Bubblewrap
from selfstarter.sandbox.probe import probe, tried_out

COMMAND = ("bash", "-c", "echo hello")
THOUGHT_S = 0.5
"""Between two commands a model is asked, which takes at least this long."""
CELLS = 50
"""Cells in a row, of which each is a sample."""


async def main(rounds: int) -> int:
    began = time.perf_counter()
    found = probe()
    if found.bwrap is None:
        print(found.why, file=sys.stderr)
        return 1
    probed_ms = (time.perf_counter() - began) * 1000
    took: dict[str, list[float]] = {}

    async def timed(name: str, call: Callable[[], Awaitable[object]]) -> None:
        began = time.perf_counter()
        await call()
        took.setdefault(name, []).append((time.perf_counter() - began) * 1000)

    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            box = Bubblewrap(Path(folder), found.bwrap, keep_ready=True)
            await timed("sandbox, first cell", lambda box=box: box.python("x = 1", 20))
            await timed("sandbox, first command", lambda box=box: box.run(COMMAND, 20))
            await asyncio.sleep(THOUGHT_S)
            await timed("no sandbox", lambda: plain(COMMAND))
            await timed("bare bwrap", lambda box=box: plain(bare(box, COMMAND)))
            await timed("sandbox, a command", lambda box=box: box.run(COMMAND, 20))
            for _ in range(CELLS):
                await timed("sandbox, next cell", lambda box=box: box.python("x += 1", 20))
            await box.close()
    began = time.perf_counter()
    tried_out(found.bwrap)
    again_ms = (time.perf_counter() - began) * 1000
    print(f"{'':22} {'p50 ms':>8} {'p95 ms':>8} {'least':>8} {'samples':>8}")
    for name, ms in took.items():
        p95 = quantiles(ms, n=20)[-1]
        print(f"{name:22} {median(ms):8.2f} {p95:8.2f} {min(ms):8.2f} {len(ms):8}")
    print(f"{'the probe':22} {again_ms:8.2f}   ({probed_ms:.0f} the first time; once a process)")
    ratio = median(took["sandbox, a command"]) / median(took["bare bwrap"])
    print(
        f"sandbox first_cell_ms={median(took['sandbox, first cell']):.0f}"
        f" next_cell_ms={median(took['sandbox, next cell']):.2f} shell_ratio={ratio:.2f}"
    )
    return 0


def bare(box: Bubblewrap, program: tuple[str, ...]) -> tuple[str, ...]:
    """Our command line without the stage inside and the filter."""
    words = box.argv(0, 0, 0)
    at = words.index("--seccomp")
    return (*words[:at], *words[at + 2 : words.index("--")], "--", *program)


async def plain(argv: tuple[str, ...]) -> None:
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out == b"hello\n", (argv, out)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)))
