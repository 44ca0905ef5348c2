"""Every setting, with its default and its meaning, in one place."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from selfstarter.core.errors import BadSetting
from selfstarter.core.events import Limits
from selfstarter.core.pages import ENGINES, NO_WEB, WebAccess
from selfstarter.core.permissions import Mode, Permissions, RuleText

PREFIX = "SELFSTARTER_"


def data_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "selfstarter"


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


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = "local"
    """`local`, `local:/path/model.gguf`, `scripted:FILE`, `openai:…`, `anthropic:…`, `google:…`,
    `groq:…`, `openrouter:…`, `ollama:…`, or the URL of an OpenAI-compatible server."""
    home: Path = Field(default_factory=data_home)
    """Journal, reports and long outputs lie here."""
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

    @field_validator("search")
    @classmethod
    def known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names if names != ("off",) else ():
            own = re.fullmatch(r"searxng:https?://[^/]+.*", name)
            if not own and (name not in ENGINES):
                raise ValueError(f"there is no search engine {name!r}, but {', '.join(ENGINES)}")
        return names

    def web_access(self) -> WebAccess:
        if not self.web:
            return NO_WEB
        hosts = frozenset(host.lower() for host in self.hosts)
        search = () if self.search == ("off",) else self.search
        folders = tuple(str(Path(name).expanduser().resolve()) for name in self.documents)
        return WebAccess(True, hosts, self.proxy, search, folders, self.browser)

    def permissions(self) -> Permissions:
        return Permissions(
            mode=self.mode, allow=self.allow, deny=self.deny, public_files=self.public_files
        )

    def limits(self) -> Limits:
        return Limits(
            steps=self.steps, tokens=self.tokens, cost_usd=self.cost_usd, time_s=self.time_s
        )


def load(
    given: Mapping[str, Any] | None = None,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Defaults < file < environment (`SELFSTARTER_MODEL=…`) < `given`.

    The file lies in the user's configuration folder, never in the workspace (X36 of the security
    cases). Raises BadSetting, which names the field and where it came from.
    """
    environ = os.environ if environ is None else environ
    path = file or config_file()
    found: dict[str, Any] = {}
    if path.is_file():
        try:
            found |= tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise BadSetting(f"{path} cannot be read: {error}") from error
    names = Settings.model_fields
    found |= {n: environ[PREFIX + n.upper()] for n in names if PREFIX + n.upper() in environ}
    found |= {key: value for key, value in (given or {}).items() if value is not None}
    try:
        return Settings.model_validate(found)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise BadSetting(
            f"A setting is wrong (arguments, {PREFIX}… variables or {path}): " + "; ".join(lines)
        ) from error
