"""Every setting, with its default and its meaning, in one place, and from where each comes."""

import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from selfstarter.core.errors import BadSetting
from selfstarter.core.events import Limits
from selfstarter.core.pages import ENGINES, NO_WEB, WebAccess
from selfstarter.core.permissions import Mode, Permissions, RuleText
from selfstarter.core.said import Said, did_you_mean

PREFIX = "SELFSTARTER_"
PROJECT_FILE = Path(".selfstarter", "config.toml")
"""Inside a workspace; see `NARROWS`."""
LARGEST = 256 << 10
"""Bytes of a configuration file."""


def data_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "selfstarter"


def crash_file() -> Path:
    """The traceback of the last bug, for `report-bug`; no key is in it."""
    return data_home() / "crash.txt"


def config_file() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "selfstarter" / "config.toml"


def parted(given: Any) -> Any:
    """A variable of the environment holds names with blanks or commas between them."""
    return given.replace(",", " ").split() if isinstance(given, str) else given


Names = Annotated[tuple[str, ...], BeforeValidator(parted)]


def split(given: Any) -> Any:
    """A variable of the environment holds rules with blanks between them."""
    return given.split() if isinstance(given, str) else given


Rules = Annotated[tuple[RuleText, ...], BeforeValidator(split)]


def a_path(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise ValueError("it is empty, or no path")
    return text


def folder(given: Any) -> Any:
    """The same wherever a later command is called; `~` is the person's own."""
    return at_home(a_path(str(given))).absolute() if isinstance(given, str | Path) else given


def kept_model(name: str) -> str:
    """A model's file by its whole path: its run may be gone on with from another folder."""
    kind, _, path = name.partition(":")
    if kind not in ("local", "scripted", "recorded") or not path:
        return name
    file = at_home(path)
    return f"{kind}:{file.parent.resolve() / file.name}"


def at_home(path: str | Path) -> Path:
    """With `~` as the person's own; as it is where nobody has that name."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  # Path's own raises


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: str = "local"
    """`local`, `local:/path/model.gguf`, `scripted:FILE`, `openai:…`, `anthropic:…`, `google:…`,
    `groq:…`, `openrouter:…`, `ollama:…` or another service that `models` names, or the URL of an
    OpenAI-compatible server."""
    home: Annotated[Path, BeforeValidator(folder)] = Field(default_factory=data_home)
    """Journal, reports and long outputs lie here."""
    database: str = Field(default="", repr=False)
    """`postgresql://user@host/database`: journal and memory lie there, for many machines; empty: in
    `home` (docs/operations.md)."""
    at_once: Names = ()
    """Most runs at once on a model, over all workers: `openai:gpt-5=4`, or `openai=8` for all of
    a kind. `local` is counted for each machine; unless said, it is 1."""
    steps: int = Field(default=60, gt=0)
    """Most tool calls of a run."""
    tokens: int = Field(default=400_000, gt=0)
    """Most tokens of a run, input plus output."""
    cost_usd: float | None = Field(default=None, ge=0)
    """Most money of a run; none: no limit."""
    time_s: float = Field(default=3600.0, gt=0)
    """Longest time at work of a run, in seconds."""

    memory: Literal["auto", "on", "off"] = "auto"
    """Learn from runs and recall in later ones; auto: where it was measured to help the model."""
    embedding: str = ""
    """What turns the texts of the memory into vectors, and is sent them: `openai:MODEL`,
    `ollama:MODEL`, or the URL of an OpenAI-compatible server, as in
    `http://127.0.0.1:8080/v1#bge-m3`; empty: a small table that is built in and asks nobody."""
    web: bool = True
    """May the web be searched and read?"""
    search: Names = ("ddgs",)
    """Search engines, in the order in which they are asked: `ddgs` (needs no key),
    `searxng:https://…`, `tavily`, `brave`, `exa`, `serper`, `local`; or `off`."""
    documents: Names = ()
    """Folders that `local` searches, and that are searched when no engine answers; none: `local`
    searches the workspace."""
    hosts: Names = ()
    """Hosts that may be read from though they are not public (`wiki.lan`, `10.0.0.7:8080`)."""
    proxy: str = ""
    """URL of an HTTP proxy for the web. Those of the environment are not used."""

    tools: Names = ()
    """Your own Python files: each function with `@tool` in them is a tool of every run."""

    mode: Mode = "auto"
    """What may be done unasked: readonly, ask, auto, yolo (docs/permissions.md)."""
    allow: Rules = ()
    """Calls that are allowed, as TOOL or TOOL:ARGUMENT=PATTERN."""
    deny: Rules = ()
    """Calls that never run; these beat all else."""
    public_files: bool = False
    """Nothing in the workspace is private: pages that a search or another page offers may be
    opened after a file was read."""

    browser: bool = False
    """Run the programs of pages that have no text without, in a boxed Chromium?"""

    otel: Literal["off", "spans", "content"] = "off"
    """Send OpenTelemetry spans of runs to where `OTEL_EXPORTER_OTLP_ENDPOINT` says? content: with
    goals, replies, arguments and results; spans: names, times and counts alone."""
    language: Literal["auto", "en", "zh"] = "auto"
    """Of what the command line and reports say; auto: that of the system (LC_ALL, LANG). The page
    has its own switch."""
    debug: bool = False
    """Show the traceback of an error, too; as `selfstarter --debug` does."""

    @field_validator("search")
    @classmethod
    def known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names if names != ("off",) else ():
            own = re.fullmatch(r"searxng:https?://[^/]+.*", name)
            if not own and (name not in ENGINES):
                raise ValueError(f"there is no search engine {name!r}, but {', '.join(ENGINES)}")
        return names

    @field_validator("hosts")
    @classmethod
    def without_a_path(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if re.search(r"[/\\?#@]", name):
                raise ValueError(f"{name!r} is no host; write it as in wiki.lan or 10.0.0.7:8080")
        return names

    @field_validator("at_once")
    @classmethod
    def a_number_each(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            if not re.fullmatch(r".+=\d{1,6}", text):
                raise ValueError(f"{text!r} is no MODEL=NUMBER, as in openai:gpt-5=4")
        return texts

    @field_validator("documents", "tools")
    @classmethod
    def folders(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(a_path(name) for name in names)

    @field_validator("database")
    @classmethod
    def of_a_kind_we_know(cls, url: str) -> str:
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("only Postgres is known: postgresql://user@host/database")
        return url

    @field_validator("embedding")
    @classmethod
    def of_a_form_we_know(cls, name: str) -> str:
        if name and not re.fullmatch(r"(openai|ollama):\S+|https?://[^#\s]+#\S+", name):
            raise ValueError(
                "it is openai:MODEL, ollama:MODEL, or the URL of an OpenAI-compatible server with"
                " the model's name, as in http://127.0.0.1:8080/v1#bge-m3"
            )
        return name

    def web_access(self) -> WebAccess:
        if not self.web:
            return NO_WEB
        hosts = frozenset(host.lower() for host in self.hosts)
        search = () if self.search == ("off",) else self.search
        folders = tuple(str(Path(name).expanduser().resolve()) for name in self.documents)
        return WebAccess(True, hosts, self.proxy, search, folders, self.browser)

    def runs_at_once(self) -> Mapping[str, int]:
        said = (text.rpartition("=") for text in self.at_once)
        return {"local": 1} | {name: int(number) for name, _, number in said}

    def permissions(self) -> Permissions:
        return Permissions(
            mode=self.mode, allow=self.allow, deny=self.deny, public_files=self.public_files
        )

    def limits(self) -> Limits:
        return Limits(
            steps=self.steps, tokens=self.tokens, cost_usd=self.cost_usd, time_s=self.time_s
        )


NAMES = tuple(Settings.model_fields)


def as_number(value: Any) -> float:
    return float("inf") if value is None else float(value)


NARROWS: Mapping[str, Callable[[Any], float]] = {
    "steps": as_number,
    "tokens": as_number,
    "cost_usd": as_number,
    "time_s": as_number,
    "web": as_number,
    "browser": as_number,
    "memory": ("off", "auto", "on").index,
}
"""All that a project's own file may set, and only to less than the person has set: the workspace
may be somebody else's. Less by this measure."""


LayerKind = Literal["default", "user file", "project file", "environment", "argument"]


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place says, as it says it."""

    kind: LayerKind
    values: Mapping[str, Any]
    file: Path | None = None
    lines: Mapping[str, int] | None = None
    """In the file, of each key that stands at the beginning of a line."""

    def place(self, key: str) -> str:
        """Where `key` is set, for a person."""
        if self.file:
            line = (self.lines or {}).get(key)
            return f"{self.file}:{line}" if line else str(self.file)
        return {"environment": PREFIX + key.upper(), "argument": "an argument"}.get(self.kind, "")


def load(
    given: Mapping[str, Any] | None = None,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    workspace: Path | None = None,
) -> Settings:
    """Defaults < the person's file < the project's file < environment (`SELFSTARTER_MODEL=…`) <
    `given`.

    The person's file lies in their configuration folder; one in the workspace can only narrow (X36
    of the security cases), and is only read if `workspace` is named. Raises BadSetting, which
    names the field and where it came from.
    """
    return merged(layers(given, file, environ, workspace))[0]


def usable(given: Mapping[str, Any]) -> Settings:
    """As loaded; where a file or a variable is wrong, the defaults: to look for trouble with."""
    try:
        return load(given)
    except BadSetting:
        return validated({key: value for key, value in given.items() if value is not None}, {})


def layers(
    given: Mapping[str, Any] | None = None,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    workspace: Path | None = None,
) -> Sequence[Layer]:
    """The weakest first. Raises BadSetting: a file cannot be read, or holds an unknown key."""
    environ = os.environ if environ is None else environ
    found = [from_file("user file", file or config_file())]
    if workspace is not None:
        found.append(project_layer(workspace))
    named = {n: environ.get(PREFIX + n.upper(), "") for n in NAMES}
    found.append(Layer("environment", {n: text for n, text in named.items() if text.strip()}))
    argued = {key: value for key, value in (given or {}).items() if value is not None}
    found.append(Layer("argument", argued))
    for variable in environ:
        misspelt(variable)
    return found


def merged(found: Sequence[Layer]) -> tuple[Settings, Mapping[str, Layer]]:
    """And from which layer each setting is that is no default. Raises BadSetting."""
    values: dict[str, Any] = {}
    origin: dict[str, Layer] = {}
    for layer in found:
        took = layer.values
        if layer.kind == "project file" and took:
            below = validated(values, origin)
            took = narrower(layer, below)
        values |= took
        origin |= dict.fromkeys(took, layer)
    return validated(values, origin), origin


def narrowed(settings: Settings, workspace: str | Path) -> Settings:
    """As the project's own file wants less. Raises BadSetting."""
    layer = project_layer(Path(workspace))
    return settings.model_copy(update=dict(narrower(layer, settings)))


def narrower(layer: Layer, below: Settings) -> Mapping[str, Any]:
    """What of a project's file is less than what holds below it."""
    wanted = validated(layer.values, dict.fromkeys(layer.values, layer))
    return {
        key: getattr(wanted, key)
        for key in layer.values
        if NARROWS[key](getattr(wanted, key)) < NARROWS[key](getattr(below, key))
    }


def project_layer(workspace: Path) -> Layer:
    layer = from_file("project file", at_home(workspace) / PROJECT_FILE)
    for key in layer.values:
        if key not in NARROWS:
            raise BadSetting(
                "{place}: a project's own file may not set {key}, for the workspace"
                " may be somebody else's; it may lower {keys}. Take the line out"
                " and, if you want it, run: selfstarter config set {key} …",
                place=layer.place(key),
                key=key,
                keys=", ".join(NARROWS),
            )
    return layer


def from_file(kind: Literal["user file", "project file"], path: Path) -> Layer:
    """Nothing, if there is no such file. Raises BadSetting."""
    layer = as_written(kind, path)
    for key in layer.values:
        if key not in NAMES:
            raise BadSetting("{place}: {why}", place=layer.place(key), why=unknown(key))
    return layer


def as_written(kind: Literal["user file", "project file"], path: Path) -> Layer:
    """Whatever its keys are. Raises BadSetting: it is no TOML."""
    text = contents(path)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of 5,000 digits
        raise BadSetting(
            "{path} cannot be read: {error}. It is TOML, as in: steps = 60", path=path, error=error
        ) from error
    begun = (re.match(r"\s*([\w-]+)\s*=", line) for line in text.splitlines())
    lines = {match[1]: at for at, match in enumerate(begun, 1) if match}
    return Layer(kind, values, path, lines)


def contents(path: Path) -> str:
    """Empty if there is no such file. Raises BadSetting: it is no plain small text file."""
    try:
        # A pipe in the file's place would let us wait for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadSetting("{path} is not a file; settings would stand in it.", path=path)
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError) as error:
        raise BadSetting("{path} cannot be read: {error}.", path=path, error=error) from error
    if len(data) > LARGEST:
        raise BadSetting(
            "{path} is larger than {largest:,} bytes; it holds settings only.",
            path=path,
            largest=LARGEST,
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSetting(
            "{path} cannot be read: it is not UTF-8 text ({reason}).",
            path=path,
            reason=error.reason,
        ) from error


def unknown(key: str) -> Said:
    close = get_close_matches(key.lower().replace("-", "_"), NAMES, n=2)
    return Said(
        "There is no setting {key!r}.{meant} Known: {names}.",
        key=key,
        meant=did_you_mean(*map(repr, close)),
        names=", ".join(NAMES),
    )


def misspelt(variable: str) -> None:
    """Raises BadSetting: it is almost one of ours. Others with that prefix are left alone."""
    name = variable.removeprefix(PREFIX).lower()
    if not variable.startswith(PREFIX) or name in (*NAMES, "cache", "api_key"):
        return
    if close := get_close_matches(name, NAMES, n=2, cutoff=0.8):
        meant = did_you_mean(*(PREFIX + one.upper() for one in close))
        raise BadSetting("{variable} is no setting.{meant}", variable=variable, meant=meant)


def validated(values: Mapping[str, Any], origin: Mapping[str, Layer]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise BadSetting(
            "A setting is wrong: {why}",
            why="; ".join(said(e["loc"], e["msg"], origin) for e in error.errors()),
        ) from error


def said(where: tuple[int | str, ...], what: str, origin: Mapping[str, Layer]) -> str:
    key = str(where[0])
    place = f" ({origin[key].place(key)})" if key in origin else ""
    if key not in NAMES:
        return f"{unknown(key)}{place}"
    return f"{'.'.join(map(str, where))}: {what}{place}"
