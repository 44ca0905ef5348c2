"""Any model by API, through pydantic-ai's direct interface: one request, one reply."""

import asyncio
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from selfstarter.core.errors import BadSetting, ModelDown, NoKey
from selfstarter.core.ports import Facts, Price, Reply, Request
from selfstarter.core.said import Said
from selfstarter.models.naming import (
    COMPATIBLE,
    COMPATIBLE_KEYS,
    NO_KEY,
    SERVICES,
    ApiName,
    FindKey,
    from_environment,
    is_loopback,
)
from selfstarter.models.pricing import price_of
from selfstarter.models.refused import Part, refused_part
from selfstarter.models.transient import Transient
from selfstarter.models.wire import (
    THINKING_ROOM,
    can_force,
    has_thought,
    messages_of,
    parameters_of,
    reply_of,
    settings_of,
    thinks_unasked,
    tokens,
)

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import Model as ProviderModel
    from pydantic_ai.providers import Provider

WINDOW = 128_000
OLLAMA_WINDOW = 8_192
"""Ollama cuts the prompt at the `num_ctx` of its server without a word: rather too small."""
OLLAMA_URL = "http://localhost:11434/v1"
SMALL_B = 4.0
"""Billions of parameters up to which an Ollama name counts as small."""
AGAIN = frozenset({408, 409, 425, 429})
"""Statuses below 500 that may pass."""


class ApiModel:
    """A provider's model. Its key is looked up once, here."""

    def __init__(self, name: ApiName, key: FindKey = from_environment) -> None:
        """Raises BadSetting: the key or the provider's package is missing."""
        self.name = name
        self.url = base_url(name)
        self.here = is_loopback(self.url)
        self.http = direct_http() if self.here else None
        self.key = key_of(name, self.here, key)
        self.provider = provider_of(name, self.url, self.key, self.http)
        self.entered = False
        self.left_out: frozenset[Part] = frozenset() if name.tools else frozenset({"tools"})
        self.free = (self.here or name.service == "ollama") and name.price is None
        known = OLLAMA_WINDOW if name.service == "ollama" else self.provider.context_window
        self.facts = Facts(
            name=name.whole,
            window=name.window or known or WINDOW,
            native_tools=True,
            json_schema=can_force(self.provider),
            small=is_small(name) if name.small is None else name.small,
            local=self.here,
            price=price_of(name, self.provider, free=self.free),
            thoughts=THINKING_ROOM if thinks_unasked(self.provider) else 0,
        )

    async def complete(self, request: Request) -> Reply:
        try:
            async with asyncio.timeout(request.timeout_s):
                if not self.entered:
                    await self.provider.__aenter__()
                    self.entered = True
                response = await self._asked(request)
                if not self.facts.thoughts and has_thought(response):
                    room = min(THINKING_ROOM, self.facts.window // 4)
                    self.facts = replace(self.facts, thoughts=room)
                reply = reply_of(response, request, free=self.free)
                return at(reply, self.name.price) if self.name.price else reply
        except Exception as error:  # a provider's own code: no error of it may pass
            raise trouble(error, self.name, request) from error

    async def _asked(self, request: Request) -> "ModelResponse":
        """Its reply; asked again without what it refuses. That is remembered once it has helped."""
        from pydantic_ai.direct import model_request
        from pydantic_ai.exceptions import ModelHTTPError

        left_out = self.left_out
        while True:
            try:
                response = await model_request(
                    self.provider,
                    messages_of(request, left_out),
                    model_settings=settings_of(request, self.provider, left_out),
                    model_request_parameters=parameters_of(request, self.provider, left_out),
                )
            except ModelHTTPError as error:
                part = refused_part(error.status_code, str(error), request, left_out)
                if part is None or is_about_length(str(error)):
                    raise
                left_out = left_out.union((part,))
            else:
                self.left_out = self.left_out.union(left_out)
                return response

    def count(self, text: str) -> int:
        return tokens(text)

    async def close(self) -> None:
        if self.entered:
            self.entered = False
            await self.provider.__aexit__(None, None, None)
        if self.http:
            await self.http.aclose()


def at(reply: Reply, price: Price) -> Reply:
    used = reply.usage
    return replace(reply, usage=replace(used, cost_usd=price.of(used.input, used.output)))


def base_url(name: ApiName) -> str:
    """Where requests go, as far as it is known without the provider's package."""
    if name.service == "ollama":
        return os.environ.get("OLLAMA_BASE_URL") or OLLAMA_URL
    return name.url


def variables(name: ApiName) -> tuple[str, ...]:
    return COMPATIBLE_KEYS if name.service == COMPATIBLE else SERVICES[name.service].keys


def key_of(name: ApiName, here: bool, key: FindKey) -> str:
    """Raises NoKey, which names the variable. A server on this machine needs no key."""
    names = variables(name)
    found = next((value for v in names if (value := key(v))), "")
    if name.service == "ollama":
        found = key("OLLAMA_API_KEY")
    if found or here or not names:
        return found or NO_KEY
    also = Said(" (or {other})", other=names[1]) if names[1:] else ""
    raise NoKey(
        "The model {model!r} needs a key. Keep it: selfstarter auth set {name}. Or put it into the"
        " environment: export {name}=…{also}.",
        model=name.whole,
        name=names[0],
        also=also,
    )


def direct_http() -> "httpx2.AsyncClient | None":
    """For a server on this machine: a proxy from the environment would carry the talk away."""
    try:
        import httpx2
        from pydantic_ai.models import create_async_httpx2_client
    except ImportError:
        return None  # `provider_of` says what is missing
    return create_async_httpx2_client(transport=httpx2.AsyncHTTPTransport())


def provider_of(
    name: ApiName, url: str, key: str, http: "httpx2.AsyncClient | None"
) -> "ProviderModel":
    extra = "openai" if name.service == COMPATIBLE else SERVICES[name.service].extra
    try:
        from pydantic_ai.exceptions import UserError
        from pydantic_ai.models import infer_model
    except ImportError as error:
        raise BadSetting(
            "{error}. Install the package again: pip install selfstarter.", error=error
        ) from error
    try:
        if name.service in (COMPATIBLE, "ollama"):
            return server(name, url, key, http)
        return infer_model(f"{name.service}:{name.model}", lambda s: own_provider(s, key))
    except ImportError as error:
        raise BadSetting(
            "The model {whole!r} needs a package that is not installed:"
            " pip install 'selfstarter[{extra}]'.",
            whole=name.whole,
            extra=extra,
        ) from error
    except UserError as error:
        raise BadSetting(
            "The model {whole!r} cannot be used: {error}", whole=name.whole, error=error
        ) from error


def own_provider(service: str, key: str) -> "Provider[Any]":
    from pydantic_ai.providers import infer_provider_class

    return cast(Any, infer_provider_class(service))(api_key=key)


def server(name: ApiName, url: str, key: str, http: "httpx2.AsyncClient | None") -> "ProviderModel":
    """A server that speaks OpenAI's chat completions, in its older words (`max_tokens`)."""
    from pydantic_ai.models.ollama import OllamaModel
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.ollama import OllamaProvider
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    words = OpenAIModelProfile(
        supports_json_schema_output=True, openai_chat_supports_max_completion_tokens=False
    )
    if name.service == "ollama":
        own = OllamaProvider(base_url=url, api_key=key, http_client=http)
        return OllamaModel(name.model, provider=own, profile=words)
    served = OpenAICompatibleProvider(COMPATIBLE, base_url=url, api_key=key, http_client=http)
    return OpenAIChatModel(name.model, provider=served, profile=words)


def is_small(name: ApiName) -> bool:
    """From the size in an Ollama name: `qwen3:4b` and `llama3.2:1b` are, `qwen3:14b` is not."""
    sizes = re.findall(r"(?<![\d.a-z])(\d+(?:\.\d+)?)b(?![a-z])", name.model.lower())
    return name.service == "ollama" and any(float(size) <= SMALL_B for size in sizes)


def trouble(error: Exception, name: ApiName, request: Request) -> ModelDown:
    """What went wrong in our words: Transient if asking again may help."""
    from pydantic_ai import exceptions as x

    who, said = name.whole, cut(str(error) or type(error).__name__)
    asked = error.retry_after if isinstance(error, x.ModelAPIError) else None
    status = error.status_code if isinstance(error, x.ModelHTTPError) else 0
    match error:
        case TimeoutError() | x.ModelTimeoutError() | x.ModelRequestTimeout():
            return Transient(
                "{who} did not answer within {seconds:g} s.",
                who=who,
                seconds=request.timeout_s,
                retry_after_s=asked,
                billed=not never_connected(error),
            )
        case x.ModelQuotaExceededError():
            return ModelDown(
                "The account behind {who} has no credit left: top it up. ({said})",
                who=who,
                said=said,
            )
        case x.ModelAuthenticationError():
            key = " or ".join(variables(name)) or "OLLAMA_API_KEY"
            return ModelDown(
                "{who} refused the key: check {key}. ({said})", who=who, key=key, said=said
            )
        case x.ModelContextWindowExceededError():
            return too_long(who, said)
        case x.ModelNotFoundError():
            return ModelDown(
                "{who} is not known there: check the model's name. ({said})", who=who, said=said
            )
        case x.ModelRateLimitError():
            return Transient(
                "{who} limits how often it may be asked.", who=who, retry_after_s=asked
            )
        case x.ModelConnectionError():
            return Transient(
                "{who} cannot be reached: check network and address. ({said})",
                who=who,
                said=said,
                billed=not never_connected(error),
            )
        case x.ModelHTTPError() if status in AGAIN or status >= 500:
            return Transient(
                "{who} has trouble of its own. ({said})", who=who, said=said, retry_after_s=asked
            )
        case x.ModelHTTPError() if status in (400, 413) and is_about_length(said):
            return too_long(who, said)
        case x.ModelHTTPError():
            return ModelDown(
                "{who} refused the request (status {status}). ({said})",
                who=who,
                status=status,
                said=said,
            )
        case x.ContentFilterError():
            return ModelDown(
                "{who} refused the content: word the goal otherwise. ({said})",
                who=who,
                said=said,
                billed=1,
            )
        case x.ModelAPIError() | x.UnexpectedModelBehavior():
            return Transient(
                "{who} sent a reply that makes no sense. ({said})", who=who, said=said, billed=True
            )
        case x.UserError():
            return ModelDown("{who} cannot do what was asked of it. ({said})", who=who, said=said)
        case _:
            kind = type(error).__name__
            return ModelDown(
                "{who} sent what its client cannot read ({kind}: {said}). Is the address that of"
                " a model server? Else take another model.",
                who=who,
                kind=kind,
                said=said,
                billed=1,
            )


def never_connected(error: BaseException | None) -> bool:
    """Did it fail before a request could be sent? Then nobody bills for it."""
    while error is not None:
        if type(error).__name__ in ("ConnectError", "ConnectTimeout"):
            return True
        error = error.__cause__ or error.__context__
    return False


def too_long(who: str, said: str) -> ModelDown:
    return ModelDown(
        "The request is longer than {who} takes. Tell its true window, as in {server}"
        "?window=8192, and resume the run. ({said})",
        who=who,
        server=who.split("?")[0],
        said=said,
    )


def is_about_length(said: str) -> bool:
    low = said.lower()
    return "context" in low and any(w in low for w in ("length", "window", "size", "exceed"))


def cut(text: str, most: int = 400) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most] + "…"
