"""What there is to work with: models, and the tools that a run would have."""

import importlib.util
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfstarter import keys
from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Message, Request, Tool
from selfstarter.core.said import Said
from selfstarter.models.naming import COMPATIBLE_KEYS, SERVICES, Service, api_name
from selfstarter.models.open import open_model
from selfstarter.models.weights import QWEN, file_of, known_good, weights
from selfstarter.own_tools import own_tools
from selfstarter.sandbox.refused import RefusedSandbox
from selfstarter.settings import Settings
from selfstarter.tool_servers import ToolServers
from selfstarter.tools import all_tools
from selfstarter.tools.reading import as_text
from selfstarter.tools.spill import Spill
from selfstarter.tools.watched import WatchedFiles
from selfstarter.tools.workspace import Workspace
from selfstarter.web.opened import Web

CLIENTS = {"google": "google.genai"}
"""The module of a provider's client where it is not called as the extra."""
QUESTION = "Reply with the single word: ready"
ANSWER_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to name a model, and whether it can be used here."""

    name: str
    """As in `openai:MODEL-NAME`."""
    ready: bool
    said: Said
    """What is there, or what is missing and how to get it."""
    key: str = ""
    """Name of the one that was found."""

    def as_json(self) -> Mapping[str, object]:
        return {"name": self.name, "ready": self.ready, "said": str(self.said)}


@dataclass(frozen=True, slots=True)
class Known:
    """A model that the price list knows."""

    name: str
    window: int | None
    price: str
    """As the list says it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One real call."""

    model: str
    answer: str
    seconds: float
    input: int
    output: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A tool as a model sees it, and its labels."""

    name: str
    effect: str
    does: str
    parameters: Mapping[str, Any]
    reads_untrusted: bool
    reads_private: bool
    egress: bool
    server: str = ""
    """MCP server that it is of; empty: built in."""


def kinds() -> Sequence[Kind]:
    """Nobody is asked, nothing is fetched."""
    return [embedded(), *(by_api(name, service) for name, service in SERVICES.items())]


def embedded() -> Kind:
    if not importable("xllamacpp"):
        return Kind("local", False, Said("llama.cpp is missing: pip install 'selfstarter[local]'"))
    file = file_of(QWEN)
    if not known_good(file, QWEN):
        size = QWEN.size >> 20
        how = Said("its weights are fetched once ({n:,} MB): selfstarter models pull", n=size)
        return Kind("local", False, how)
    said = Said("weights with the official sha256 at {file}", file=file)
    return Kind("local", True, said)


def by_api(name: str, service: Service) -> Kind:
    form = f"{name}:MODEL-NAME"
    if not importable(CLIENTS.get(service.extra, service.extra)):
        extra = service.extra
        how = Said("its client is missing: pip install 'selfstarter[{extra}]'", extra=extra)
        return Kind(form, False, how)
    key = next((key for key in service.keys if keys.find(key)), "")
    if service.keys and not key:
        how = Said("no key: selfstarter auth set {key}", key=service.keys[0])
        return Kind(form, False, how)
    said = Said("with the key {key}", key=key) if key else Said("needs no key")
    return Kind(form, True, said, key)


def keys_for(name: str) -> tuple[Sequence[str], bool]:
    """Names under which a model's key may be kept, the best first, and whether it needs one.
    Raises BadSetting: it is the name of a model by API, and wrong."""
    found = api_name(name)
    if found is None:
        return (), False
    if found.service not in SERVICES:
        return COMPATIBLE_KEYS, False
    return SERVICES[found.service].keys, bool(SERVICES[found.service].keys)


def importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of the package around it
        return False


def known(service: str) -> Sequence[Known]:
    """The models of a provider in the price list that came with the installation. Raises
    BadSetting: no such provider."""
    from genai_prices.data import providers

    found = next((one for one in providers if one.id == service.partition("-")[0]), None)
    if found is None:
        names = ", ".join(name for name, service in SERVICES.items() if service.keys)
        raise BadSetting(
            "The price list knows no provider {service!r}. Try: {names}.",
            service=service,
            names=names,
        )
    return [
        Known(f"{service}:{model.id}", model.context_window, prices(model.prices))
        for model in found.models
    ]


def prices(found: Any) -> str:
    """A model whose price has changed has a list of them, the newest last."""
    return str(found if not isinstance(found, list) else found[-1].prices)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


async def tried(name: str) -> Tried:
    """Ask a model for one word. Raises BadSetting, ModelDown."""
    model = open_model(name, keys.find)
    try:
        began = time.monotonic()
        asked = Request(
            (Message("user", QUESTION),),
            max_tokens=ANSWER_TOKENS,
            thoughts=model.facts.thoughts,
            timeout_s=120,
        )
        reply = await model.complete(asked)
        seconds = time.monotonic() - began
    finally:
        await model.close()
    usage = reply.usage
    return Tried(name, reply.text.strip(), seconds, usage.input, usage.output, usage.cost_usd)


async def opened_once(name: str) -> None:
    """Nobody is asked. Raises BadSetting: no such form, or a key or a part is missing."""
    await open_model(name, keys.find).close()


def pulled(name: str) -> Path:
    """The weights of a model of this machine, fetched if they are not there. Raises BadSetting."""
    if name != "local":
        if name.startswith("ollama:"):
            raise BadSetting(
                "Only `local` is fetched here; {name} is kept by Ollama. Run: ollama pull {model}",
                name=name,
                model=name[7:],
            )
        raise BadSetting(
            "Only `local` is fetched here; {name} is kept by somebody else.", name=name
        )
    return weights()


def tools(settings: Settings, workspace: Path) -> Sequence[Shown]:
    """As a run with these settings would have them; those of the memory come with a model that
    works with it. Raises BadSetting: the servers' settings are wrong."""
    served = ToolServers(settings.home).tools
    with tempfile.TemporaryDirectory() as folder:
        at, access, files = Path(folder), settings.web_access(), Workspace(workspace)
        web = Web(access, at, at, str, keys.find, (), as_text)
        found: dict[str, Tool] = {tool.name: tool for tool in own_tools(settings)} | dict(served)
        found |= all_tools(
            WatchedFiles(files, {}),
            RefusedSandbox(Said("not to be run")),
            Spill(at),
            web if access.pages else None,
            web if access.search or access.documents else None,
        )
    return [
        Shown(
            name=tool.name,
            effect=tool.effect,
            does=tool.does,
            parameters=json.loads(json.dumps(tool.parameters)),
            reads_untrusted=tool.reads_untrusted,
            reads_private=tool.reads_private,
            egress=tool.egress,
            server=name.split("__")[1] if name.startswith("mcp__") else "",
        )
        for name, tool in sorted(found.items())
    ]
