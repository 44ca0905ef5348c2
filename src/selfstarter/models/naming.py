"""Names of models by API, taken apart: no key is read and nothing is imported here."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from urllib.parse import parse_qsl, urlsplit

from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Price
from selfstarter.core.said import did_you_mean

FindKey = Callable[[str], str]
"""The key of a name (that of its environment variable); empty: there is none."""


def from_environment(name: str) -> str:
    return os.environ.get(name, "")


@dataclass(frozen=True, slots=True)
class Service:
    """What a provider needs on this machine."""

    keys: tuple[str, ...]
    """Environment variables that may hold the key, best first; none: no key is needed."""
    extra: str
    """The extra of this package that brings the provider's own client."""


SERVICES: Mapping[str, Service] = {
    "openai": Service(("OPENAI_API_KEY",), "openai"),
    "openai-chat": Service(("OPENAI_API_KEY",), "openai"),
    "anthropic": Service(("ANTHROPIC_API_KEY",), "anthropic"),
    "google": Service(("GOOGLE_API_KEY", "GEMINI_API_KEY"), "google"),
    "groq": Service(("GROQ_API_KEY",), "groq"),
    "openrouter": Service(("OPENROUTER_API_KEY",), "openai"),
    "ollama": Service((), "openai"),
    "deepseek": Service(("DEEPSEEK_API_KEY",), "openai"),
    "moonshotai": Service(("MOONSHOTAI_API_KEY",), "openai"),
    "zai": Service(("ZAI_API_KEY",), "openai"),
    "alibaba": Service(("ALIBABA_API_KEY", "DASHSCOPE_API_KEY"), "openai"),
    "cerebras": Service(("CEREBRAS_API_KEY",), "openai"),
    "together": Service(("TOGETHER_API_KEY",), "openai"),
    "fireworks": Service(("FIREWORKS_API_KEY",), "openai"),
}
KINDS = ("local", "scripted", "recorded", *SERVICES)
FORMS = (
    "local, local:/path/model.gguf, scripted:FILE, recorded:FILE, "
    + ", ".join(f"{service}:…" for service in SERVICES)
    + ", or the URL of an OpenAI-compatible server with the model's name, as in"
    " http://127.0.0.1:8080/v1#qwen3-8b"
)
NO_KEY = "none"
"""Sent where a server asks for none."""
COMPATIBLE = "compatible"
"""Service of a name that is a URL."""
COMPATIBLE_KEYS = ("SELFSTARTER_API_KEY", "OPENAI_API_KEY")
SMALLEST_WINDOW = 512
PRICE = re.compile(r"(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class ApiName:
    """`openai:gpt-5?window=32768`, or `http://127.0.0.1:8080/v1#qwen3?small=1`."""

    whole: str
    """As the person wrote it."""
    service: str
    """A key of `SERVICES`, or `COMPATIBLE`."""
    model: str
    url: str = ""
    """Base URL of an OpenAI-compatible server, else empty."""
    window: int | None = None
    small: bool | None = None
    price: Price | None = None
    """As the person states it, else what the service is known to take."""
    tools: bool = True
    """False: its tools are told in words. A server that says that it takes none needs no word."""


def of_a_known_form(name: str) -> str:
    """The name. Nothing is opened: what it needs may be on another machine. Raises BadSetting."""
    if name.partition(":")[0] not in ("local", "scripted", "recorded") and not api_name(name):
        raise no_such_form(name)
    return name


def no_such_form(name: str) -> BadSetting:
    kind, colon, rest = name.partition(":")
    close = get_close_matches(kind, KINDS, n=1)
    return BadSetting(
        "The model {name!r} is of no known form.{meant} Known: {forms}.",
        name=name,
        meant=did_you_mean(*(f"{one}{colon}{rest}" for one in close)),
        forms=FORMS,
    )


def api_name(name: str) -> ApiName | None:
    """None: not the name of a model by API. Raises BadSetting: it is one, and wrong."""
    bare, _, options = name.partition("?")
    if name.startswith(("http://", "https://")):
        bare, _, model = name.partition("#")
        model, _, options = model.partition("?")
        return _server(name, bare, model, options)
    kind, colon, model = bare.partition(":")
    if kind not in SERVICES or not colon:
        return None
    if not model.strip():
        raise BadSetting(
            "{name!r} names no model. Write it as {kind}:MODEL-NAME.", name=name, kind=kind
        )
    return _with_options(ApiName(name, kind, model), options)


def _server(name: str, url: str, model: str, options: str) -> ApiName:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadSetting("{name!r} is not a URL: {error}.", name=name, error=error) from error
    if not host or parts.query or parts.username or not model.strip():
        raise BadSetting(
            "{name!r} must name a server and a model, as in http://127.0.0.1:8080/v1#qwen3-8b."
            " Options go last (#qwen3-8b?window=32768), the key into SELFSTARTER_API_KEY.",
            name=name,
        )
    return _with_options(ApiName(name, COMPATIBLE, model, url.rstrip("/")), options)


def _with_options(name: ApiName, text: str) -> ApiName:
    for key, value in parse_qsl(text, keep_blank_values=True):
        if key == "window" and value.isdecimal() and int(value) >= SMALLEST_WINDOW:
            name = replace(name, window=int(value))
        elif key == "small" and value in ("0", "1"):
            name = replace(name, small=value == "1")
        elif key == "tools" and value in ("0", "1"):
            name = replace(name, tools=value == "1")
        elif key == "price" and (found := PRICE.fullmatch(value)):
            name = replace(name, price=Price(float(found[1]) / 1e6, float(found[2]) / 1e6))
        else:
            raise BadSetting(
                "{name!r}: {key}={value} is no option. Known: window=TOKENS (at least"
                " {smallest_window}), small=1, small=0, tools=0 (they are told in words),"
                " price=IN/OUT (USD a million tokens).",
                name=name.whole,
                key=key,
                value=value,
                smallest_window=SMALLEST_WINDOW,
            )
    return name


def is_loopback(url: str) -> bool:
    """Does the address stay on this machine, by its text alone (no look-up)?"""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
