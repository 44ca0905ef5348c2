"""What a step costs, with a model that takes no time: `make bench`.

Ours: the whole product as a person runs it, with its durable journal in SQLite, guards, plan and
checks. Peers: their agent loop in the memory of one process, nothing kept (`bench/peer_steps.py`,
in the environments of `make peers`). All call a tool that gives back a new line of text each time.
A step is CPU time of the process less what the scripted model itself used; the median of a window
of steps, for other programs are running too. The model of ours also keeps the prompts: how much
they grow, and which part of each is not the beginning of the one before, which a server with a
prefix cache has to evaluate again.
The last line: bench overhead_ratio=0.NN stack_growth=N rss_growth_mb=N reevaluated=0.NN
`overhead_ratio`: our CPU time a step by that of the quickest peer, both over the first STEPS steps.
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

from bench.start import cpu_s

from selfstarter import pursue, tool
from selfstarter.app import Tooling
from selfstarter.core.events import CallReturned
from selfstarter.core.ports import Facts, Recorded, Reply, Request, Usage, WantedCall
from selfstarter.evals.longrun import rss_mb
from selfstarter.evals.peers import VENVS, NotReady
from selfstarter.evals.prefixes import common
from selfstarter.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
STEPS, LONG = 300, 1_000
"""Steps over which all are compared, and of the long run of ours."""
WARM = 20
"""First steps, which load modules, left out."""
DRAFT = (
    '{"outcome": "All is measured.", "files": [], "assumptions": [], "document": false,'
    ' "criteria": []}'
)
LOOPS = {
    "smolagents": ("smolagents", "smolagents"),
    "smolagents_tools": ("smolagents", "smolagents"),
    "pydantic_ai": ("pydantic_ai", "pydantic_ai"),
    "deepagents": ("deepagents", "deepagents"),
    "langgraph": ("deepagents", "langchain.agents"),
}
"""Loop of a peer -> its environment, and what a program imports to have it."""


@dataclass
class Quick:
    """Port `Model`: measures one thing after the other, `steps` times, and says that it is done."""

    facts = Facts(
        "quick", window=16_384, native_tools=True, json_schema=True, small=False, local=True
    )
    steps: int
    took_s: float = 0.0
    """CPU time of this model, which is not the product's."""
    made: int = 0
    prompts: list[int] = field(default_factory=list[int])
    """Characters."""
    shared: list[float] = field(default_factory=list[float])
    """Share of a prompt that is the beginning of the one before."""
    last: str = ""

    async def complete(self, request: Request) -> Reply:
        began = time.process_time()
        try:
            return self.reply(request)
        finally:
            self.took_s += time.process_time() - began

    def reply(self, request: Request) -> Reply:
        text = "\x00".join(f"{m.role}{m.text}{m.call}" for m in request.messages)
        usage = Usage(len(text) // 4, 20)
        match request.purpose:
            case "draft":
                return Reply(DRAFT, usage=usage)
            case "plan":
                return Reply(json.dumps({"tasks": [{"title": "Measure all"}]}), usage=usage)
            case "choose":
                self.prompts.append(len(text))
                if self.last:
                    self.shared.append(common(self.last, text) / len(text))
                self.last = text
                self.made += 1
                if self.made > self.steps:
                    return Reply("", (WantedCall("finish", {"summary": "All measured."}),), usage)
                return Reply("", (WantedCall("measure", {"number": self.made}),), usage)
            case _:
                return Reply("Nothing more.", usage=usage)

    def count(self, text: str) -> int:
        return len(text) // 4 + 1

    async def close(self) -> None:
        return None


@dataclass
class Watch:
    """Hears each event; a step ends when its call returns."""

    model: Quick
    cpu_ms: list[float] = field(default_factory=list[float])
    rss: list[float] = field(default_factory=list[float])
    depths: list[int] = field(default_factory=list[int])
    since: float = 0.0

    def tell(self, _: str, recorded: Recorded) -> None:
        if isinstance(recorded.event, CallReturned):
            now = time.process_time() - self.model.took_s
            self.cpu_ms.append((now - self.since) * 1_000)
            self.rss.append(rss_mb())
            self.since = time.process_time() - self.model.took_s


def depth() -> int:
    frame, found = sys._getframe(), 0  # pyright: ignore[reportPrivateUsage]
    while frame := frame.f_back:
        found += 1
    return found


def ours(steps: int) -> Mapping[str, Any]:
    model = Quick(steps)
    watch = Watch(model)

    @tool(effect="read")
    async def measure(number: int) -> str:
        """Measure thing number `number`."""
        watch.depths.append(depth())
        return f"thing {number} is {number * 37 % 1009} units long"

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        workspace = Path(folder, "workspace")
        workspace.mkdir()
        settings = Settings(
            model="scripted:quick", home=Path(folder, "home"), web=False,
            steps=10 * steps, tokens=10**12, time_s=10**7,
        )  # fmt: skip
        outcome = asyncio.run(
            pursue(
                "Measure every thing.", workspace, settings, model=model, tools=[measure],
                listener=watch.tell, tooling=Tooling(call_s=600),
            )
        )  # fmt: skip
    if len(watch.cpu_ms) < steps:
        raise SystemExit(f"Our run ended after {len(watch.cpu_ms)} steps: {outcome.answer}")
    late = max(1, steps // 10)
    return {
        "steps": steps,
        "ending": outcome.ending,
        "cpu_ms_a_step": round(median(watch.cpu_ms[WARM:STEPS]), 2),
        "cpu_ms_a_late_step": round(median(watch.cpu_ms[-late:]), 2),
        "stack_growth": max(watch.depths) - watch.depths[0],
        "stack": watch.depths[0],
        "rss_growth_mb": round(
            median(watch.rss[-late:]) - median(watch.rss[WARM : WARM + late]), 1
        ),
        "prompt_chars_at_20": model.prompts[20],
        "prompt_chars_at_300": model.prompts[min(STEPS, steps) - 1],
        "reevaluated": round(1 - mean(model.shared[WARM:]), 3),
    }


def peer(name: str) -> Mapping[str, Any]:
    """Raises NotReady."""
    python = python_of(name)
    if not python.exists():
        raise NotReady("it is not installed (make peers)")
    argv = [str(python), "-P", str(ROOT / "bench" / "peer_steps.py"), name, str(STEPS)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise NotReady(" ".join(ran.stderr.split())[-300:])
    return json.loads(ran.stdout.splitlines()[-1])


def python_of(name: str) -> Path:
    return VENVS / LOOPS[name][0] / "bin" / "python"


def starts(names: Sequence[str]) -> Mapping[str, float]:
    """CPU seconds of a start: of our command, and of importing a peer."""
    with tempfile.TemporaryDirectory() as home:
        env = {k: v for k, v in os.environ.items() if not k.startswith("SELFSTARTER_")}
        env |= {"SELFSTARTER_HOME": home, "XDG_CONFIG_HOME": home}
        command = (sys.executable, "-P", "-m", "selfstarter")
        found = {
            "ours --help": cpu_s(*command, "--help", env=env),
            "ours import": cpu_s(sys.executable, "-c", "import selfstarter.app"),
        }
    for name in names:
        found[name] = cpu_s(python_of(name), "-c", f"import {LOOPS[name][1]}")
    return {name: round(seconds, 2) for name, seconds in found.items()}


def machine() -> Mapping[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load_1_min": round(os.getloadavg()[0], 1),
    }


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", default="smolagents,pydantic_ai,deepagents")
    parser.add_argument("--out", type=Path, help="write the numbers here, as JSON")
    parser.add_argument("--steps", type=int, default=LONG, help="of our long run")
    given = parser.parse_args(argv)
    found: dict[str, Mapping[str, Any]] = {"ours": ours(given.steps)}
    left_out: dict[str, str] = {}
    names = [name for name, (venv, _) in LOOPS.items() if venv in given.agents.split(",")]
    for name in names:
        try:
            found[name] = peer(name)
        except NotReady as why:
            left_out[name] = str(why)
    there = [name for name in names if name in found]
    document = {"machine": machine(), "steps": found, "starts_cpu_s": starts(there),
                "left_out": left_out}  # fmt: skip
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    show(document)
    return 0


def show(document: Mapping[str, Any]) -> None:
    steps: Mapping[str, Any] = document["steps"]
    for name, row in steps.items():
        said = ", ".join(f"{key} {value}" for key, value in row.items())
        print(f"{name:<18} {said}")
    for name, why in document["left_out"].items():
        print(f"{name:<18} left out: {why}")
    print(f"CPU seconds of a start: {document['starts_cpu_s']}; {document['machine']}")
    own = steps["ours"]
    others = [row["cpu_ms_a_step"] for name, row in steps.items() if name != "ours"]
    ratio = own["cpu_ms_a_step"] / min(others) if others else 0.0
    print(
        f"bench overhead_ratio={ratio:.2f} stack_growth={own['stack_growth']}"
        f" rss_growth_mb={own['rss_growth_mb']:.0f} reevaluated={own['reevaluated']:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
