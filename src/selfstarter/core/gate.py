"""May this call run? One pure decision, by the first of these that applies:

1. the floor, which nothing lifts: our own data are nobody's business, and what other programs obey
   on sight is not written from outside the workspace's own tools unless a person looks at it;
2. a rule that denies; the mode `readonly`;
3. a rule that allows; the mode `yolo`; the mode `ask`;
4. `auto`: what stays inside is free. Once untrusted text was read, whatever acts or leaves outside
   must be the person's own wish: the tool (unless it only reads) and every value it is given.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from selfstarter.core.permissions import PROTECTED, Permissions, is_value, leaves, named_leaves
from selfstarter.core.ports import JsonSchema, Tool
from selfstarter.core.provenance import (
    CONTENT,
    SEARCH,
    Provenance,
    Value,
    bare,
    folded,
    host_said,
    is_id,
    is_said,
    phrase_in,
    spoken,
    values_in,
)

INSIDE = frozenset(
    ("list_files", "read_file", "search_files", "read_result", "write_file", "edit_file",
     "run_python", "run_shell", "remember", "recall", "delegate")
)  # fmt: skip
"""Tools whose effects stay in the workspace, the sandbox and the memory. Any other is outside until
it is named here. A child run has a gate of its own."""
PROGRAMS = ("run_python", "run_shell")
OF_FILES = frozenset(
    ("list_files", "read_file", "search_files", "read_result", "run_python", "run_shell")
)
"""Of them: those that bring what the workspace holds, or what a call has brought already."""
WRITES = ("write_file", "edit_file")
"""Each a file, whole or not at all."""
READS = INSIDE.difference(PROGRAMS, WRITES, ("remember",))
"""What a child run does is judged where it does it."""
WEB = (SEARCH, "read_page")
"""Web tools of our own: their numbers say what is shown of what came, and leave with nobody."""
BY_A_PERSON = "a person did not allow it"
BAR = "  | "
"""Before each row of a long argument, as a person is shown it."""
SHORT_VALUE = 80
"""Characters of an argument that stands beside its name."""
LONGEST_QUERY = 200
LONGEST_WORD = 32
"""Characters; longer ones are no words but data."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of a tool."""

    reads: bool
    """It changes nothing."""
    egress: bool
    for_good: bool = False
    """What it does cannot be undone."""
    choices: frozenset[str] = frozenset()
    """Values that its own schema lists, to choose one of."""
    names: frozenset[str] = frozenset()
    """Words of its own schema, of which the names in its arguments are."""
    on: frozenset[str] = frozenset()
    """Of them: switches that are on unless they are put off."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a call is judged by."""

    permissions: Permissions = Permissions()
    provenance: Provenance = Provenance()
    words: str = ""
    """The person's own: the goal, and what they said since."""
    floor: tuple[str, ...] = ()
    """Folders of ours, as absolute paths."""


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: Literal["allow", "ask", "deny"]
    why: str = ""
    """A clause for a person and for the model: "the address … is not …"."""


ALLOWED = Verdict("allow")


def known_labels(tool: str) -> Labels | None:
    """Of the built-in tools; None: it is none of them."""
    if tool in WEB:
        return Labels(reads=True, egress=True)
    return Labels(reads=tool in READS, egress=False) if tool in INSIDE else None


def acts_outside(tool: Tool) -> bool:
    """May it change something outside the workspace?"""
    return tool.name not in INSIDE and tool.effect != "read"


def labels_of(tool: Tool) -> Labels:
    return Labels(
        reads=tool.effect == "read",
        egress=tool.egress,
        for_good=tool.effect == "irreversible",
        choices=frozenset(
            word
            for name, listed in within(tool.parameters)
            if name == "enum" and isinstance(listed, list)
            for word in cast(list[object], listed)
            if isinstance(word, str)
        ),
        names=frozenset(re.findall(r"[\w-]+", json.dumps(tool.parameters))),
        on=frozenset(
            name
            for name, inner in within(tool.parameters)
            if isinstance(inner, dict) and cast(JsonSchema, inner).get("default") is True
        ),
    )


def within(schema: object) -> Iterator[tuple[str, object]]:
    """All that has a name in a schema, however deep."""
    match schema:
        case dict():
            for name, inner in cast(JsonSchema, schema).items():
                yield name, inner
                yield from within(inner)
        case list():
            for inner in cast(list[object], schema):
                yield from within(inner)
        case _:
            return


def canonical(args: Mapping[str, Any]) -> str:
    """The whole of the arguments, in one way only."""
    return json.dumps(args, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(tool: str, args: Mapping[str, Any]) -> str:
    """What an approval is bound to: sha256 in hex."""
    return hashlib.sha256(f"{tool}\n{canonical(args)}".encode()).hexdigest()


def judge(tool: str, args: Mapping[str, Any], labels: Labels, standing: Standing) -> Verdict:
    """`ask`: a person may allow it; where nobody is there, that means no."""
    inside, given = tool in INSIDE and not labels.egress, standing.permissions
    if not inside and (verdict := beneath(args, labels, standing.floor)):
        return verdict
    if rule := given.denied_by(tool, args):
        return Verdict("deny", f"the rule {rule!r} denies it")
    if given.mode == "readonly" and not labels.reads:
        return Verdict("deny", "this run may only read")
    if given.allowed_by(tool, args) or given.mode == "yolo":
        return ALLOWED
    harmless = labels.reads and not labels.egress
    if given.mode == "ask":
        return ALLOWED if harmless else Verdict("ask", "the mode is ask")
    if inside or harmless or not standing.provenance.untrusted:
        return ALLOWED
    why = unnamed(tool, labels, standing) or foreign(tool, args, labels, standing)
    return Verdict("ask", why) if why else ALLOWED


def in_full(tool: str, args: Mapping[str, Any]) -> str:
    """All that an approval is bound to, for a person; nothing is cut. What says where it goes and
    how much stands at the end again, where a long text cannot push it out of sight."""
    found = values_in(args, args.keys())
    named = (repr(value.text) for value in found if value.kind != "switch")
    told = ", ".join(dict.fromkeys(named))
    last = [f"It names: {told}"] if told else []
    lines = (line for name in sorted(args) for line in written_out(name, args[name]))
    return "\n".join([tool, *lines, *last, f"sha256 {digest_of(tool, args)}"])


def written_out(name: str, value: object) -> Iterator[str]:
    """An argument as JSON; what is long as it stands, each line behind a BAR, so that no text can
    look like another argument."""
    name = json.dumps(name, ensure_ascii=False) if is_value(name, None) else name
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(line) <= SHORT_VALUE and "\\n" not in line:
        yield f"{name}: {line}"
    elif isinstance(value, str):
        yield f"{name}:"
        yield from (f"{BAR}{one}" for one in value.split("\n"))
    else:
        yield f"{name} (JSON):"
        yield f"{BAR}{line}"


def beneath(args: Mapping[str, Any], labels: Labels, floor: tuple[str, ...]) -> Verdict | None:
    """What no mode and no rule allows."""
    # The names of arguments are the tool's; those within one are the model's.
    for value in leaves([*(name for name in args if is_value(name, None)), *args.values()]):
        path = plain_path(value)
        if any(path == ours or path.startswith(f"{ours}/") for ours in floor):
            return Verdict("deny", f"{value[:200]!r} lies in selfstarter's own folder")
        names = (name.casefold().rstrip(" .") for name in re.split(r"[/\\]", path))
        if not labels.reads and len(value) < 500 and (bad := PROTECTED & set(names)):
            return Verdict("ask", f"{min(bad)!r} is a protected name: other programs obey it")
    return None


def plain_path(text: str) -> str:
    """Without what leads nowhere: `/a//./b/../c` is `/a/c`."""
    names: list[str] = []
    for name in re.sub(r"^file://", "", text.strip()).split("/"):
        if name == ".." and names:
            names.pop()
        elif name not in ("", "."):
            names.append(name)
    return "/" * text.strip().startswith(("/", "file://")) + "/".join(names)


def unnamed(tool: str, labels: Labels, standing: Standing) -> str:
    """Why the tool itself is not the person's wish; empty: it is, or it only reads."""
    if labels.reads or is_named(tool, labels, f"{standing.words}\n{standing.provenance.planned}"):
        return ""
    return f"neither the goal nor the plan made before untrusted text was read names {tool}"


def is_named(tool: str, labels: Labels, words: str) -> bool:
    """By its name or, if that is of several words, by those; a tool of a server also by the
    server's, unless it cannot be undone."""
    if phrase_in(tool, words):
        return True
    server, _, own = tool.removeprefix("mcp__").rpartition("__")
    said = spoken(own)
    if " " in said and (phrase_in(own, words) or phrase_in(said, words)):
        return True
    by_server = bool(server) and phrase_in(spoken(server), words)
    return by_server and not labels.for_good


def foreign(tool: str, args: Mapping[str, Any], labels: Labels, standing: Standing) -> str:
    """What of the arguments the person did not say, and why that matters; empty: nothing."""
    # A server may take any argument; any other tool is given only those that it has.
    free = labels.names and tool.startswith("mcp__")
    names = labels.names if free else labels.names | args.keys()
    for value in values_in(args, names):
        if not says_little(tool, value, labels) and not is_known(value, standing):
            return told(value, standing)
    return too_much(tool, args, standing) if labels.reads else ""


def is_known(value: Value, standing: Standing) -> bool:
    known, key = standing.provenance, folded(value.text)
    if is_said(value, standing.words):
        return True
    if value.kind == "switch":
        return False
    if key in known.values:
        return True
    if value.kind == "address":
        return is_open(value.text, standing)
    return is_id(value.name) and key in known.ids


def is_open(address: str, standing: Standing) -> bool:
    """Does it lie where the person pointed, or was it offered? Once something private is known,
    only an address that somebody else wrote down cannot hold it."""
    known, given = standing.provenance, bare(address) in standing.provenance.offered
    if host_said(address, standing.words):
        return given or not known.private
    return bare(address) in known.hits or (given and not known.private)


def says_little(tool: str, value: Value, labels: Labels) -> bool:
    """Does it only say how a question is put? In a call that acts it might be what matters, but
    for a switch that is left as it is."""
    if value.kind == "switch":
        return labels.reads or (value.text == "true") is (value.name in labels.on)
    if not labels.reads:
        return False
    if value.kind == "number":
        return tool in WEB or re.fullmatch(r"\d{1,3}", value.text) is not None
    return value.kind == "value" and value.text in labels.choices


def too_much(tool: str, args: Mapping[str, Any], standing: Standing) -> str:
    """What leaves with a question. It goes to one place, so a short one of plain words may."""
    found = named_leaves("", args)
    said = [str(leaf) for name, leaf in found if name.casefold() in CONTENT]
    if sum(map(len, said)) > LONGEST_QUERY:
        return f"more than {LONGEST_QUERY} characters would leave"
    words = re.findall(r"[^\s,;]+", " ".join(said))
    if long := next((word for word in words if len(word) > LONGEST_WORD), ""):
        return f"{long!r} is no word, and would leave"
    if tool == SEARCH or not standing.provenance.private:
        return ""
    own = next((word for word in words if not phrase_in(word, standing.words)), "")
    return f"private text was read, and {own!r} is not the person's word" if own else ""


def told(value: Value, standing: Standing) -> str:
    shown = repr(value.text[:200])
    named = f"`{value.name}` " if value.name else ""
    if value.kind == "address":
        if host_said(value.text, standing.words):
            return f"the address {shown} was written down by nobody, and private text was read"
        if bare(value.text) in standing.provenance.offered:
            return f"the address {shown} was offered from outside, and private text was read"
        return f"the address {shown} is neither in the goal nor a hit of a search nor a page's link"
    return f"{named}{shown} does not come from the goal"
