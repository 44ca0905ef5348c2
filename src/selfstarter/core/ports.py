"""What the loop needs from the world, as small protocols. Adapters live in their own rooms."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from selfstarter.core.errors import Failure
from selfstarter.core.events import AnyEvent, Source

Effect = Literal["read", "repeatable", "once", "irreversible"]
"""May a call be run again after a crash? `read` and `repeatable`: yes. `once`: only by a sink
that honours its idempotency key. `irreversible`: never; look first."""

JsonSchema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WantedCall:
    """A tool call as a model asked for it, not yet validated."""

    tool: str
    args: Mapping[str, Any]
    id: str = ""
    """The provider's own id, empty where it has none."""


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant", "tool"]
    text: str
    call: WantedCall | None = None
    """On an assistant message: the call it made. On a tool message: the call it answers."""

    def __hash__(self) -> int:
        """What is made of a message can be kept; arguments of calls have no hash."""
        return hash((self.role, self.text, self.call and self.call.id))


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model sees it."""

    name: str
    does: str
    parameters: JsonSchema

    def __hash__(self) -> int:
        """As of a message; a schema has none."""
        return hash((self.name, self.does))


@dataclass(frozen=True, slots=True)
class Request:
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    """Only for a model with native tools; empty otherwise."""
    schema: JsonSchema | None = None
    """The reply must be JSON of this shape; where the model cannot be constrained, it is told."""
    max_tokens: int = 1024
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    timeout_s: float = 600.0
    """For all tries together."""
    payable: int = 5
    """How many tries, the first included, could be paid if each were billed to its last token."""
    thoughts: int = 0
    """Tokens of output granted on top of `max_tokens` to a model that thinks (`Facts.thoughts`)."""
    prefix: str = ""
    """The reply must begin with this text, and holds it. Only for a small local model; an adapter
    that cannot do it leaves it out."""
    purpose: str = ""
    """Which move asks: draft, plan, choose, … Scripts and recordings key on it; adapters must not
    send it."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money of one model call. `cost_usd` is None when the price is not known."""

    input: int = 0
    output: int = 0
    cached: int = 0
    """Of `input`: how many the server took from its prefix cache."""
    cost_usd: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    calls: tuple[WantedCall, ...] = ()
    usage: Usage = Usage()
    cut: bool = False
    """The reply ran into `max_tokens`."""
    tries: int = 1
    billed: int = 0
    """Of the tries before this reply: how many may have been billed."""


@dataclass(frozen=True, slots=True)
class Price:
    """The most that a token costs, in USD. A call never costs more than its tokens at this."""

    input: float = 0.0
    output: float = 0.0

    def of(self, input: float, output: float) -> float:
        return input * self.input + output * self.output


FREE = Price()


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be relied on in a model."""

    name: str
    """As the person wrote it: `openai:gpt-5`, `local`, `scripted:demo.json`."""
    window: int
    """Context size in tokens, prompt and answer together."""
    native_tools: bool
    json_schema: bool
    """Can the server force its answer into a JSON schema?"""
    small: bool
    """Use the small-model profile (DESIGN section 10)."""
    local: bool
    price: Price | None = None
    """None: not known."""
    thoughts: int = 0
    """Most tokens of output that a reply may cost on top of `Request.max_tokens`. Of a model that
    nobody knows to think it is known once it has."""


class Model(Protocol):
    @property
    def facts(self) -> Facts: ...

    async def complete(self, request: Request) -> Reply:
        """One reply. Raises ModelDown when it cannot be had, never a provider's own error."""
        ...

    def count(self, text: str) -> int:
        """Tokens of `text`: exact with the model's own tokenizer if there is one, else a bound."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Served:
    """Where a model is served in OpenAI's form."""

    url: str
    """With `/v1`, or whatever stands in its place, at the end."""
    key: str
    model: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a call gave: text for the model, and where the whole of it lies if it was long."""

    status: Literal["ok"] | Failure
    output: str = ""
    error: str = ""
    next_action: str = ""
    """What the model could do now, one sentence, empty when there is nothing to say."""
    spilled: str = ""
    """Handle for `read_result` when `output` is an excerpt, else empty."""
    written: tuple[str, ...] = ()
    """Workspace paths that this call is known to have changed."""
    sources: tuple[Source, ...] = ()
    """Pages and documents from outside that it read."""
    offered: tuple[str, ...] = ()
    """Addresses that it gave to be opened next: hits of a search, links of a page."""
    hidden_order: str = ""
    """What looks like an order to an agent on a page where a person would not see it."""
    untrusted: bool = False
    """This once it brought untrusted text, whatever the tool's label says (a tainted memory)."""
    private: bool = False
    """So with what only the person should see."""
    ours: bool = False
    """Every word of it is ours or the caller's: this once it brought none from outside."""

    def noted(self, note: str) -> "Result":
        """With one more sentence of what to do next."""
        return replace(self, next_action=f"{self.next_action} {note}".strip())


class Tool(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def does(self) -> str:
        """The docstring: what the model reads about the tool."""
        ...

    @property
    def effect(self) -> Effect: ...
    @property
    def parameters(self) -> JsonSchema: ...
    @property
    def reads_untrusted(self) -> bool: ...
    @property
    def reads_private(self) -> bool: ...
    @property
    def egress(self) -> bool: ...

    async def __call__(self, args: Mapping[str, Any], key: str) -> Result:
        """Validate `args` (repaired once where the repair is certain) and run.

        `key` is the idempotency key `run:call`; a sink that honours one gets it.
        Every failure the model can act on is a `Result`. Raises SandboxGone: the sandbox died and
        the effect may have happened. Any other exception is the tool's bug.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that came back."""

    status: int
    """As in POSIX 2.8.2: 127 not found, 128+n ended by signal n; 124: ended at `timeout_s`."""
    output: str
    """stdout and stderr together, as they came; the middle is cut above 64 KiB."""
    stopped: str = ""
    """Why the supervisor ended it ("timeout", "memory 1300 MB", "workspace 513 MB"), else empty."""


class Sandbox(Protocol):
    """A place for programs that sees one workspace and nothing else of this machine."""

    async def run(self, argv: Sequence[str], timeout_s: float, stdin: bytes = b"") -> Ran:
        """Run a program in the workspace.

        A missing program, a non-zero status and a timeout are all a `Ran`: the model can read them.
        Raises NoSandbox: there is none on this machine (the text says why and how to mend it).
        """
        ...

    async def python(self, code: str, timeout_s: float) -> Ran:
        """Run a cell in the workspace's Python; names live on between calls.

        A traceback is a `Ran` with status 1. After a timeout the cell is interrupted and names are
        kept when it obeys; else the worker is ended and `Ran.stopped` says that names are lost.
        Raises NoSandbox.
        """
        ...

    async def close(self) -> None: ...


MOST_LISTED = 2_000
"""Files of a workspace that a listing holds."""


class Files(Protocol):
    """The workspace as the harness sees it: every path is relative and cannot leave it."""

    def read(self, path: str, limit: int = 2 << 20) -> bytes:
        """Raises ToolFailed: no such file, not a regular file, or the path leaves the workspace."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Whole or not at all. Raises ToolFailed."""
        ...

    def remove(self, path: str) -> None:
        """A regular file; one that is not there is no error. Raises ToolFailed."""
        ...

    def names(self, limit: int = MOST_LISTED) -> Sequence[str]:
        """Paths of regular files, sorted, hidden and vendored folders left out."""
        ...

    def stamps(self) -> Mapping[str, tuple[int, int]]:
        """Path -> (size, mtime in ns) of what `names` lists: cheap, to see what a call changed."""
        ...

    def digest(self, path: str) -> str:
        """sha256 in hex; empty when there is no such file."""
        ...

    def size(self, path: str) -> int:
        """In bytes, of the whole file. Raises ToolFailed, as `read` does."""
        ...

    def others(self, own: Mapping[str, str]) -> bool:
        """Is anything there, hidden or not, a link or an empty folder too, that is no file of
        `own` (path -> sha256) as it is said there?"""
        ...


class Watch(Protocol):
    """Knows the files as the agent last saw them."""

    def learn(self, changed: Iterable[tuple[str, str]]) -> None:
        """The agent itself made these (path, sha256)."""
        ...


class Sources(Protocol):
    """Workspace files as text to be read: pages without their markup, tables row by row."""

    def text(self, path: str) -> str:
        """Raises ToolFailed: no such file, or it is not text."""
        ...

    def statements(self, path: str) -> Sequence[str]:
        """The text as statements that can be understood alone: sentences, rows with their columns'
        names. Raises as `text`."""
        ...


MemoryKind = Literal["episodic", "semantic", "procedural"]
"""What was tried and what came of it; a fact with its source; a lesson or a procedure."""


THE_PERSON_SAID = "The person said: "
"""Begins a record in the person's own words."""
OF_A_RUN = "account of the run of {day}"
"""How a bigger model is told whose words a record is into which text from outside went."""
NO_ORDERS = "facts, no orders"
FADED = "faded"
"""In the place of a newer record: it was not used for so long that it is no longer recalled."""


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """One record of the long-term memory."""

    id: str
    """Made of what it is and where it comes from, so that filing it twice files it once."""
    kind: MemoryKind
    text: str
    """At most 110 words. Dates are in `at`, not in the text."""
    run_id: str
    seq: int
    """The event that it was made of."""
    at: float
    """Unix seconds: when it became known."""
    source: str = ""
    """File or URL that it was found in; empty: the run itself."""
    sha256: str = ""
    """Of that file or page."""
    trusted: bool = True
    """False: text from outside went into it. Sticks to all that is made of it."""
    importance: float = 0.5
    """0 to 1."""
    uses: int = 0
    """How often it was shown to a model."""
    helped: int = 0
    """Of `uses`: in runs that ended as done."""
    used_at: float = 0.0
    """Unix seconds of the last use; 0: there was none."""
    superseded_by: str = ""
    """Id of the newer record that holds instead, or FADED; this one stays as history."""


@dataclass(frozen=True, slots=True)
class Recalled:
    record: MemoryRecord
    score: float
    """Higher is nearer; comparable within one recall only."""
    meaning: float = 0.0
    """Cosine of question and record; comparable between recalls. 0 where there is no embedding."""


class Memory(Protocol):
    """Long-term memory, found by meaning. Durable when a call returns."""

    async def add(self, records: Sequence[MemoryRecord]) -> None:
        """One whose id is there already is left as it is."""
        ...

    async def recall(
        self,
        query: str,
        limit: int = 8,
        *,
        kinds: Sequence[MemoryKind] = (),
        trusted_only: bool = False,
        not_run: str = "",
    ) -> Sequence[Recalled]:
        """Best first; empty where nothing is near enough. Superseded ones are left out.

        `kinds`: only these; none: all. `not_run`: leaves out what this run itself has filed.
        """
        ...

    async def wishes(self, limit: int, *, not_run: str = "") -> Sequence[MemoryRecord]:
        """What a person wants to hold in every run, the newest first, near to a question or not."""
        ...

    async def get(self, id: str) -> MemoryRecord | None: ...
    async def supersede(self, id: str, by: str) -> None: ...
    async def used(self, ids: Sequence[str], helped: bool) -> None:
        """These were shown to a model; `helped`: in a run that ended as done."""
        ...

    async def forget(self, ids: Sequence[str]) -> None:
        """Gone for good, from the indexes too."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Recorded:
    seq: int
    """From 1, without gaps, per run."""
    at: float
    """Unix seconds, by the clock of the machine that appended."""
    event: AnyEvent


EACH_CALL = "all"
"""Said of a call that is to be allowed: not it alone, but each of its tool in this run."""
CommandKind = Literal["say", "pause", "stop", "approve", "deny"]


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asks of a live run, from any shell."""

    id: int
    kind: CommandKind
    text: str = ""
    """say: the words. pause: why. approve: `SEQ MORE` or, of a call, `SEQ DIGEST`, with EACH_CALL
    behind it for each call of the tool; deny: `SEQ REASON`. SEQ is the place of the request in the
    journal, so that an answer is never taken for that to another request."""


class Journal(Protocol):
    """One run's events. Holding one means holding the run's only pen."""

    def read(self) -> AsyncIterator[Recorded]: ...
    async def append(self, event: AnyEvent) -> Recorded:
        """Durable when it returns: a killed process takes nothing of it, a power cut nothing but a
        thought at the end, which nothing in the world rests on yet."""
        ...

    async def commands(self) -> Sequence[Command]:
        """Commands not yet answered by an event of this run (see `PersonSaid.command`)."""
        ...
