"""A model that replies from a file: the one test double, and part of the product.

The file is JSON: a list of replies, or an object

    {"window": 8192, "native_tools": true, "small": false, "after": "repeat_last",
     "price": {"input": 1e-6, "output": 1e-5}, "replies": […]}

where a reply is one of

    {"text": "…"}                                  words
    {"call": {"tool": "…", "args": {…}}}           a tool call ("text" may go with it)
    {"calls": [{"tool": "…"}, …]}                  several in one reply
    {"json": {…}}                                  an object, sent as its text
    {"fail": "down"}                               the model cannot be reached
    {"fail": "busy"}                               it refuses for now
    {"fail": "lost"}                               its reply, which was billed, does not come back

each with `"for": "draft"` (a purpose) if it may only serve that; replies without `for` serve any
purpose that has no reply of its own left, in order. `"after_s": 2` lets a reply take its time, and
`"hears": "…"` fails unless the request holds these words. `after` says what follows the last reply:
`repeat_last`, or `error` (the model is out of reach). `price` is in USD a token, `null` if nobody
knows; without it the model is free. As of a real model, no reply is longer than the request allows:
what is longer is cut, and a call that is cut is none; of several, the last counts as cut.

A child run (`delegate`) has a section of its own, by its number in its parent: its replies, or an
object with replies and the sections of its own children.

    {"replies": […], "children": {"1": […], "2": {"replies": […], "children": {"1": […]}}}}

So what a child is told does not depend on who runs beside it. Without a section a child begins
its parent's script anew.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from selfstarter.core.errors import BadSetting, ModelDown
from selfstarter.core.ports import Facts, Price, Reply, Request, Usage, WantedCall
from selfstarter.models.transient import Transient


class ScriptedCall(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    tool: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])


class ScriptedUsage(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    input: int | None = None
    output: int | None = None
    cost_usd: float | None = 0.0
    """Where it is left out: by the script's price."""


class ScriptedPrice(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    input: float = Field(default=0.0, ge=0)
    output: float = Field(default=0.0, ge=0)


class ScriptedReply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    text: str = ""
    call: ScriptedCall | None = None
    calls: tuple[ScriptedCall, ...] = ()
    """Several in one reply."""
    object: dict[str, Any] | None = Field(default=None, alias="json")
    fail: Literal["", "down", "busy", "lost"] = ""
    after_s: float = Field(default=0.0, ge=0)
    hears: str = ""
    purpose: str = Field(default="", alias="for")
    usage: ScriptedUsage = ScriptedUsage()

    @model_validator(mode="after")
    def says_something(self) -> "ScriptedReply":
        if not (self.text or self.call or self.calls or self.object is not None or self.fail):
            raise ValueError("give text, call, calls, json or fail")
        return self


class Section(BaseModel):
    """What one run of the family is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    replies: tuple[ScriptedReply, ...] = Field(min_length=1)
    children: dict[str, "Section"] = Field(default_factory=dict[str, "Section"])

    @model_validator(mode="before")
    @classmethod
    def from_a_list(cls, found: Any) -> Any:
        listed = isinstance(found, (list, tuple))
        return {"replies": found} if listed else found  # pyright: ignore[reportUnknownVariableType]


class Script(Section):
    window: int = Field(default=8192, ge=512)
    native_tools: bool = True
    small: bool = False
    after: Literal["repeat_last", "error"] = "repeat_last"
    price: ScriptedPrice | None = ScriptedPrice()


class ScriptedModel:
    """Deterministic: what it says next depends only on which purposes asked before."""

    def __init__(self, script: Script, name: str = "scripted") -> None:
        self.script = script
        self.facts = Facts(
            name=name,
            window=script.window,
            native_tools=script.native_tools,
            json_schema=True,
            small=script.small,
            local=True,
            price=Price(script.price.input, script.price.output) if script.price else None,
        )
        self.asked: list[Request] = []
        self._own: Counter[str] = Counter()
        self._free = 0

    @classmethod
    def of(cls, *replies: Mapping[str, Any], **options: Any) -> "ScriptedModel":
        return cls(Script.model_validate({**options, "replies": replies}))

    def child(self, number: int) -> "ScriptedModel":
        """The model of child run `number`; what it is asked is noted in `asked` of this one too."""
        script, section = self.script, self.script.children.get(str(number))
        if section:
            own = {"replies": section.replies, "children": section.children}
            script = script.model_copy(update=own)
        model = ScriptedModel(script, self.facts.name)
        model.asked = self.asked
        return model

    def skip(self, counts: Mapping[str, int]) -> None:
        """After a crash: so many replies per purpose are in the journal already.

        A journal knows no failures: those before, between and right after such replies are behind.
        """
        self._own, self._free, shared = Counter(), 0, 0
        for purpose, count in counts.items():
            own = self._of(purpose) if purpose else ()
            self._own[purpose], served = passed(own, count)
            shared += count - served
        self._free, _ = passed(self._of(""), shared)

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        reply = self._next(request.purpose)
        at = self._free + self._own[request.purpose]  # the same after a crash
        await asyncio.sleep(min(reply.after_s, request.timeout_s))
        if reply.after_s > request.timeout_s:
            raise Transient(
                "No answer within {seconds:g} s.", seconds=request.timeout_s, billed=True
            )
        if reply.fail == "down":
            raise ModelDown("The script says that the model is down here.")
        if reply.fail:
            raise Transient(
                "The script says: {said}.", said=reply.fail, billed=reply.fail == "lost"
            )
        if reply.hears and not any(reply.hears in message.text for message in request.messages):
            raise ModelDown("The script was to hear {hears!r}, and did not.", hears=reply.hears)
        text = (
            json.dumps(reply.object, ensure_ascii=False) if reply.object is not None else reply.text
        )
        asked = reply.calls or ((reply.call,) if reply.call else ())
        calls = tuple(
            WantedCall(call.tool, call.args, f"call_{at}_{n}") for n, call in enumerate(asked, 1)
        )
        read = sum(self.count(m.text) for m in request.messages)
        said = self.count(text + "".join(json.dumps(call.args) for call in asked))
        input = read if reply.usage.input is None else reply.usage.input
        output = said if reply.usage.output is None else reply.usage.output
        if cut := output > request.max_tokens:
            text, output = text[: request.max_tokens * 4 - 4], request.max_tokens
            calls = calls if len(calls) > 1 else ()
        cost = reply.usage.cost_usd
        if "cost_usd" not in reply.usage.model_fields_set:
            cost = self.facts.price.of(input, output) if self.facts.price else None
        usage = Usage(input=input, output=output, cost_usd=cost)
        return Reply(text=text, calls=calls, usage=usage, cut=cut)

    def _next(self, purpose: str) -> ScriptedReply:
        """The n-th request of a purpose gets the n-th reply for it; the rest share the others."""
        own, free = self._of(purpose) if purpose else (), self._of("")
        if self._own[purpose] < len(own):
            self._own[purpose] += 1
            return own[self._own[purpose] - 1]
        if self._free < len(free):
            self._free += 1
            return free[self._free - 1]
        if self.script.after == "error":
            raise ModelDown(
                "The script has no reply left for {purpose!r}.", purpose=purpose or "this request"
            )
        return (free or own or self.script.replies)[-1]

    def _of(self, purpose: str) -> tuple[ScriptedReply, ...]:
        return tuple(reply for reply in self.script.replies if reply.purpose == purpose)

    def count(self, text: str) -> int:
        return len(text) // 4 + 1

    async def close(self) -> None:
        return None


def passed(replies: Sequence[ScriptedReply], served: int) -> tuple[int, int]:
    """Where one stands after `served` replies that were no failures, and how many were there."""
    found = at = 0
    if not served:
        return 0, 0
    for n, reply in enumerate(replies, 1):
        if not reply.fail:
            if found == served:
                break
            found += 1
        at = n
    return at, found


def load_script(path: Path, name: str) -> ScriptedModel:
    """Raises BadSetting, which names the entry that is wrong."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(
            "The script {path} cannot be read: {error}", path=path, error=error
        ) from error
    try:
        return ScriptedModel(Script.model_validate(found), name)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5]]
        raise BadSetting(
            "The script {path} is wrong: {why}", path=path, why="; ".join(lines)
        ) from error
