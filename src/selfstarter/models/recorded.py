"""Real replies, kept in a file and given again: a run can be replayed without a key or a network.

The file is JSON lines: first the facts of the recorded model, then a line per reply. A reply is
found by the digest of its request; where the request has changed a little (a date, a path), by its
place among the replies of its purpose.
"""

import asyncio
import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from selfstarter.core.errors import BadSetting, ModelDown
from selfstarter.core.ports import Facts, Model, Reply, Request


class RecordedFacts(BaseModel, frozen=True):
    kind: Literal["facts"] = "facts"
    facts: Facts


class RecordedReply(BaseModel, frozen=True):
    kind: Literal["reply"] = "reply"
    digest: str
    purpose: str
    reply: Reply


Line = Annotated[RecordedFacts | RecordedReply, Field(discriminator="kind")]
LINE: TypeAdapter[RecordedFacts | RecordedReply] = TypeAdapter(Line)


NOT_SENT = ("purpose", "timeout_s", "payable", "thoughts")


def digest_of(request: Request) -> str:
    """sha256 in hex of all that a model is asked."""
    sent = {k: v for k, v in asdict(request).items() if k not in NOT_SENT}
    text = json.dumps(sent, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=dict)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class RecordingModel:
    """Passes everything on and appends each reply to `path`; refusals are not kept."""

    def __init__(self, model: Model, path: Path) -> None:
        self.model = model
        self.path = path

    @property
    def facts(self) -> Facts:
        return self.model.facts

    async def complete(self, request: Request) -> Reply:
        reply = await self.model.complete(request)
        line = RecordedReply(digest=digest_of(request), purpose=request.purpose, reply=reply)
        await asyncio.to_thread(self._append, line)
        return reply

    def _append(self, line: RecordedReply) -> None:
        lines: list[BaseModel] = [line]
        if not self.path.exists() or not self.path.stat().st_size:
            lines.insert(0, RecordedFacts(facts=self.facts))
        with self.path.open("a", encoding="utf-8") as file:
            file.write("".join(one.model_dump_json() + "\n" for one in lines))

    def count(self, text: str) -> int:
        return self.model.count(text)

    async def close(self) -> None:
        await self.model.close()


class RecordedModel:
    """Gives each recorded reply once, in order; a request that comes again gets its reply again."""

    def __init__(self, path: Path, name: str = "", lines: Sequence[BaseModel] = ()) -> None:
        """`lines`: what the file holds, where it was read already.

        Raises BadSetting: no such file, or a line is wrong.
        """
        lines = lines or read(path)
        self.path = path
        self.replies = [line for line in lines if isinstance(line, RecordedReply)]
        facts = next((line.facts for line in lines if isinstance(line, RecordedFacts)), None)
        if facts is None or not self.replies:
            raise BadSetting(
                "The recording {path} holds no facts line or no reply: record anew.", path=path
            )
        self.facts = Facts(
            name=name or f"recorded:{path}",
            window=facts.window,
            native_tools=facts.native_tools,
            json_schema=facts.json_schema,
            small=facts.small,
            local=True,
            price=facts.price,
            thoughts=facts.thoughts,
        )
        self._given: set[int] = set()

    def skip(self, counts: Mapping[str, int]) -> None:
        """After a crash: so many replies per purpose are in the journal already."""
        left = Counter(dict(counts))
        for n, line in enumerate(self.replies):
            if left[line.purpose] > 0:
                left[line.purpose] -= 1
                self._given.add(n)

    async def complete(self, request: Request) -> Reply:
        digest = digest_of(request)
        same = [n for n, line in enumerate(self.replies) if line.digest == digest]
        alike = [n for n, line in enumerate(self.replies) if line.purpose == request.purpose]
        fresh = [n for n in same if n not in self._given] or same[-1:]
        fresh = fresh or [n for n in alike if n not in self._given]
        if not fresh:
            raise ModelDown(
                "The recording {path} has no reply left for {purpose!r}:"
                " the run asks more than was recorded. Record it anew.",
                path=self.path,
                purpose=request.purpose or "this",
            )
        self._given.add(fresh[0])
        return self.replies[fresh[0]].reply

    def count(self, text: str) -> int:
        return math.ceil(len(text) / 3.2)

    async def close(self) -> None:
        return None


class SharedReplies:
    """A model that is asked the same only once; `path`: its replies are kept there."""

    def __init__(self, model: Model, path: Path) -> None:
        """Raises BadSetting: the file is no recording."""
        self.model = RecordingModel(model, path)
        there = read(path) if path.exists() else ()
        self.known = {line.digest: line.reply for line in there if isinstance(line, RecordedReply)}
        self.fresh = 0
        """Requests that went to the model."""

    @property
    def facts(self) -> Facts:
        return self.model.facts

    async def complete(self, request: Request) -> Reply:
        digest = digest_of(request)
        if digest not in self.known:
            self.known[digest] = await self.model.complete(request)
            self.fresh += 1
        return self.known[digest]

    def count(self, text: str) -> int:
        return self.model.count(text)

    async def close(self) -> None:
        await self.model.close()


def read(path: Path) -> list[RecordedFacts | RecordedReply]:
    try:
        texts = path.read_text("utf-8").split("\n")  # splitlines() knows ends that JSON does not
    except (OSError, ValueError) as error:
        raise BadSetting(
            "The recording {path} cannot be read: {error}", path=path, error=error
        ) from error
    lines: list[RecordedFacts | RecordedReply] = []
    for n, text in enumerate(texts, 1):
        if not text.strip():
            continue
        try:
            lines.append(LINE.validate_json(text))
        except ValidationError as error:
            said = error.errors()[0]["msg"]
            raise BadSetting(
                "The recording {path} is wrong in line {n}: {said}", path=path, n=n, said=said
            ) from error
    return lines
