"""What a person lets a run do: a mode, and rules for tools and their arguments. Pure.

A rule is `TOOL` or `TOOL:ARGUMENT=PATTERN`; in both `*` stands for anything:
`mcp__notes__*`, `read_page:url=https://docs.python.org/*`, `write_file:path=reports/*`.
"""

import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel

Mode = Literal["readonly", "ask", "auto", "yolo"]
"""readonly: nothing is changed. ask: a person is asked before anything is changed, or leaves.
auto: what stays in the workspace is free, the rest is judged by where its arguments come from.
yolo: nothing is asked; only the rules that deny hold."""

CODE = ("command", "code")
"""Arguments that are programs: no pattern can tell what one does, so none allows one."""
PROTECTED = frozenset(
    (".devcontainer", ".env", ".envrc", ".git", ".github", ".idea", ".mcp.json",
     ".pre-commit-config.yaml", ".vscode", "ai_settings.yaml", "compose.yaml", "conftest.py",
     "docker-compose.yaml", "docker-compose.yml", "dockerfile", "sitecustomize.py",
     "usercustomize.py")
)  # fmt: skip
"""Names that other programs run or obey when a person merely opens the folder (X02, X35)."""
RULE = re.compile(r"(?P<tool>[\w*?-]+)(?::(?P<argument>\w+)=(?P<pattern>.+))?", re.DOTALL)
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
URL = re.compile(r"(?P<scheme>[a-z*][a-z0-9+.*-]*)://(?P<host>[^/?#\\]*)(?P<rest>.*)", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Rule:
    tool: str
    argument: str = ""
    """Empty: whatever the arguments."""
    pattern: str = ""

    def allows(self, tool: str, args: Mapping[str, Any]) -> bool:
        """Does it hold for all that the argument holds?"""
        if not fnmatchcase(tool, self.tool):
            return False
        if not self.argument:
            return True
        values = list(leaves(args.get(self.argument)))
        return bool(values) and all(self._covers(value) for value in values)

    def denies(self, tool: str, args: Mapping[str, Any]) -> bool:
        """Does it hold for anything that the argument holds?"""
        if not fnmatchcase(tool, self.tool):
            return False
        # As it is written, too: what a person denies is never less than it says.
        patterns = {self.pattern.casefold(), plain_address(self.pattern)}
        return not self.argument or any(
            fnmatchcase(written, pattern)
            for value in leaves(args.get(self.argument))
            for written in (value.casefold(), plain_address(value))
            for pattern in patterns
        )

    def _covers(self, value: str) -> bool:
        """Strictly: `https://*.example.org/*` is no address that merely holds `.example.org/`."""
        if not re.search(r"[*?\[]", self.pattern):
            return value == self.pattern
        if self.argument in CODE or ".." in re.split(r"[/\\?#]", unquoted(value)):
            return self.pattern == "*" and self.argument not in CODE
        wanted, given = URL.fullmatch(self.pattern), URL.fullmatch(value)
        if wanted is None or given is None:
            return wanted is None and fnmatchcase(value, self.pattern)
        return (
            fnmatchcase(given["scheme"].lower(), wanted["scheme"].lower())
            and fnmatchcase(given["host"].lower(), wanted["host"].lower())
            and fnmatchcase(given["rest"], wanted["rest"] or "*")
        )


def unquoted(text: str) -> str:
    """With the letters that an address may write as `%2e`."""
    return re.sub(r"%([0-7][0-9a-fA-F])", lambda found: chr(int(found[1], 16)), text)


def plain_address(text: str) -> str:
    """One of the many ways to write an address, all of which lead to one place. Any other text is
    as it was, but for its case."""
    written = unquoted("".join(text.split()).replace("\\", "/"))
    found = URL.fullmatch(re.sub(r"^(https?):/*", r"\1://", written, flags=re.IGNORECASE))
    if found is None:
        return text.casefold()
    scheme, port = found["scheme"].lower(), {"http": ":80", "https": ":443"}
    host = re.sub("[\u3002\uff0e\uff61]", ".", found["host"].rpartition("@")[2].lower())
    host = host.removesuffix(port.get(scheme, "")).rstrip(".")
    path, *rest = re.split(r"(?=[?#])", found["rest"], maxsplit=1)
    names: list[str] = []
    for name in path.split("/")[1:]:
        names = names[:-1] if name == ".." else names if name == "." else [*names, name]
    return f"{scheme}://{host}/{'/'.join(names)}{''.join(rest)}".casefold()


def rule_of(text: str) -> Rule:
    """Raises ValueError, for a person."""
    found = RULE.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"{text!r} is no rule; write TOOL or TOOL:ARGUMENT=PATTERN, as in"
            " read_page:url=https://docs.python.org/*"
        )
    argument, pattern = found["argument"] or "", found["pattern"] or ""
    return Rule(found["tool"], argument, pattern)


def readable(text: str) -> str:
    rule_of(text)
    return text.strip()


RuleText = Annotated[str, AfterValidator(readable)]


class Permissions(BaseModel, frozen=True):
    """As a run began with them; they are part of its journal."""

    mode: Mode = "auto"
    allow: tuple[RuleText, ...] = ()
    deny: tuple[RuleText, ...] = ()
    public_files: bool = False
    """Nothing in the workspace is private: what was read there may show in an address."""

    def allowed_by(self, tool: str, args: Mapping[str, Any]) -> str:
        """The rule that allows the call; empty: none does."""
        return next((text for text in self.allow if rule_of(text).allows(tool, args)), "")

    def denied_by(self, tool: str, args: Mapping[str, Any]) -> str:
        return next((text for text in self.deny if rule_of(text).denies(tool, args)), "")

    def with_more(
        self, mode: str | None, allow: Sequence[str], deny: Sequence[str], public: bool | None
    ) -> "Permissions":
        """Rules are added; what is None stays. Raises ValueError: no rule."""
        given = self.model_dump()
        given |= {"mode": mode} if mode else {}
        given |= {"public_files": public} if public is not None else {}
        given |= {"allow": (*self.allow, *allow), "deny": (*self.deny, *deny)}
        return Permissions.model_validate(given)

    def hides(self, tool: str) -> bool:
        """Is the tool denied whatever its arguments? Then no model is shown it."""
        return any(
            fnmatchcase(tool, rule.tool) for rule in map(rule_of, self.deny) if not rule.argument
        )


def leaves(value: object) -> Iterator[str]:
    """All plain values in an argument, and all names within it, as text."""
    for _, leaf in named_leaves("", value, names=()):
        yield leaf if isinstance(leaf, str) else json.dumps(leaf)


def named_leaves(
    name: str, value: object, names: Container[str] | None = None
) -> Iterator[tuple[str, object]]:
    """(the nearest name above it, value) of all that is not a list or an object. A name within an
    object may say anything: it is a value too where it is no plain name, and where `names` is
    given and does not hold it."""
    stack: list[tuple[str, object]] = [(name, value)]
    while stack:
        above, one = stack.pop()
        if isinstance(one, Mapping):
            inside = cast(Mapping[str, object], one)
            yield from ((above, key) for key in inside if is_value(key, names))
            stack += [(key, inside[key]) for key in reversed(list(inside))]
        elif isinstance(one, Sequence) and not isinstance(one, str):
            stack += [(above, inner) for inner in reversed(cast(Sequence[object], one))]
        elif one is not None:
            yield above, one


def is_value(key: str, names: Container[str] | None) -> bool:
    return not PLAIN_NAME.fullmatch(key) or (names is not None and key not in names)
