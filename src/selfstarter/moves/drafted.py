"""A draft as models write it: what is meant is read, and what cannot be used is named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from selfstarter.core.contract import Check
from selfstarter.core.loose_json import begun_in, brief, object_in
from selfstarter.core.ports import JsonSchema

OFFERED: Mapping[str, tuple[str, ...]] = {
    "file_exists": ("path",),
    "file_changed": ("path", "kept"),
    "file_matches": (
        "path", "contains", "regex", "columns", "min_words", "max_words", "parses_as",
    ),
    "command_passes": ("command",),
    "tests_pass": ("path",),
    "citations_resolve": ("path", "at_least", "every_figure"),
    "answer_given": (),
    "judge": ("path", "question", "sources"),
    "tool_called": ("tool", "at_least"),
}  # fmt: skip
"""The checks that a model may write, with their fields, as prompts/checks.md names them. All else
is for the harness to make."""
OF_TOOLS = ("tool_called",)
"""Of them: only where the person or their servers brought tools (prompts/brought.md)."""
FIRST = {"tests_pass": "path", "judge": "question"}
"""The field that is meant where a kind is given a text alone, if it is not the first."""
LISTS = ("contains", "columns")
CHECK: TypeAdapter[Check] = TypeAdapter(Check)
LONGEST = 300
LOST = "The draft was cut off: nobody checks “{text}”, nor what was to come after it."
LOST_AFTER = "The draft was cut off: nobody checks what was to come after “{text}”."
LOST_ALL = "The draft was cut off before its criteria: nobody checks what they were to hold."
MOST_FILES, MOST_ASSUMPTIONS, MOST_CRITERIA, MOST_REMEMBERED = 12, 6, 12, 3
MOST_KEPT = 24
"""Files that are to stay as they are: what is to be made is not the shorter for them."""


@dataclass(frozen=True, slots=True)
class DraftedCriterion:
    text: str
    check: Check


@dataclass(frozen=True, slots=True)
class Draft:
    outcome: str
    files: tuple[str, ...]
    assumptions: tuple[str, ...]
    remember: tuple[str, ...]
    criteria: tuple[DraftedCriterion, ...]
    unusable: tuple[str, ...]
    """Of each criterion that could not be read: its text, and why."""
    lost: str = ""
    """Of a draft that was cut off: what nobody checks for that, a sentence; empty: it is whole."""


def form_of(kind: str, known: Mapping[str, JsonSchema]) -> JsonSchema:
    """The schema of one kind of check, with the fields that are offered."""
    whole = known[kind]
    fields = {
        name: {key: value for key, value in whole["properties"][name].items()
               if key not in ("title", "default")}
        for name in OFFERED[kind]
    }  # fmt: skip
    needed = [name for name in OFFERED[kind] if name in whole.get("required", ())]
    return {
        "type": "object",
        "properties": {"kind": {"type": "string", "enum": [kind]}, **fields},
        "required": ["kind", *needed],
    }


def offered(tools: bool) -> list[str]:
    return [kind for kind in OFFERED if tools or kind not in OF_TOOLS]


def criterion_schema(tools: bool) -> JsonSchema:
    made = CHECK.json_schema()["$defs"].values()
    checks = (one for one in made if "kind" in one["properties"])
    known = {str(one["properties"]["kind"]["const"]): one for one in checks}
    return {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "check": {"anyOf": [form_of(kind, known) for kind in offered(tools)]},
        },
        "required": ["text", "check"],
    }


TEXTS: JsonSchema = {"type": "array", "items": {"type": "string"}}


@cache
def criteria_schema(tools: bool) -> JsonSchema:
    """`tools`: the person or their servers brought some."""
    return {"type": "array", "items": criterion_schema(tools)}


@cache
def draft_schema(tools: bool) -> JsonSchema:
    return {
        "type": "object",
        "properties": {
            "outcome": {"type": "string"},
            "files": TEXTS,
            "assumptions": TEXTS,
            "remember": TEXTS,
            "criteria": criteria_schema(tools),
        },
        "required": ["outcome", "files", "assumptions", "criteria"],
    }


def draft_in(text: str, ended: bool = True) -> Draft | None:
    """None: there is no draft in the reply. `ended`: by the model itself."""
    said = object_in(text, ended)
    return as_draft(said) if said else None


def begun_draft_in(text: str) -> Draft | None:
    """What is whole of a draft that was cut off. Of a criterion without its end a condition may be
    missing: it would pass too soon."""
    said = begun_in(text) or {}
    *whole, last = listed(said.get("criteria")) or [None]
    draft = as_draft(said | {"criteria": whole} if "criteria" in said else said)
    return replace(draft, lost=what_is_lost(whole, last)) if draft else None


def what_is_lost(whole: Sequence[object], last: object) -> str:
    """With the criteria of a draft that was cut off in, or after, the last."""
    for form, one in ((LOST, last), (LOST_AFTER, whole[-1] if whole else None)):
        said = cast(dict[str, Any], one) if isinstance(one, dict) else {}
        if text := said.get("text"):
            return form.format(text=str(text)[:LONGEST])
    return LOST_ALL


def as_draft(said: Mapping[str, Any]) -> Draft | None:
    """None: it is something else."""
    if not said.keys() & {"outcome", "files", "assumptions", "criteria"}:
        return None
    criteria, unusable = criteria_in(said.get("criteria"))
    outcome = said.get("outcome")
    return Draft(
        outcome=outcome[:LONGEST] if isinstance(outcome, str) else "",
        files=tuple(texts_in(said.get("files")))[:MOST_FILES],
        assumptions=tuple(texts_in(said.get("assumptions")))[:MOST_ASSUMPTIONS],
        remember=tuple(texts_in(said.get("remember")))[:MOST_REMEMBERED],
        criteria=criteria,
        unusable=unusable,
    )


def texts_in(value: object) -> Iterator[str]:
    """Of a list of texts, or of one text."""
    for one in [value] if isinstance(value, str) else listed(value):
        if isinstance(one, str):
            yield one


def listed(value: object) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else []


def criteria_in(value: object) -> tuple[tuple[DraftedCriterion, ...], tuple[str, ...]]:
    """(those that can be read; of each other one its text, and why)"""
    found: list[DraftedCriterion] = []
    unusable: list[str] = []
    others = kept = 0
    for one in listed(value):
        if not isinstance(one, dict):
            unusable.append(f"{one!r:.80} is no {{text, check}}")
            continue
        said = cast(dict[str, Any], one)
        check = check_in(said.get("check", {k: v for k, v in said.items() if k != "text"}))
        keeps = bool(check.get("kept") and check.get("path"))
        kept, others = kept + keeps, others + (not keeps)
        if kept > MOST_KEPT if keeps else others > MOST_CRITERIA:
            continue
        text = str(said.get("text") or " ".join(map(str, check.values())))[:LONGEST]
        if wrong := unknown_in(check):
            unusable.append(f"{text!r}: {wrong}")
            continue
        try:
            found.append(DraftedCriterion(text, CHECK.validate_python(check)))
        except ValidationError as error:
            unusable.append(f"{text!r}: {brief(error)}")
    return tuple(found), tuple(unusable)


def check_in(said: object) -> dict[str, Any]:
    """The check in the shape of ours: `{"type": K, …}`, `{K: {…}}`, `{K: "…"}` and `K` alone mean
    the same as `{"kind": K, …}`."""
    if not isinstance(said, dict):
        return {"kind": said}
    fields = dict(cast(dict[str, Any], said))
    if "kind" not in fields and str(fields.get("type")) in OFFERED:
        fields["kind"] = fields.pop("type")
    kind = next(iter(fields), "")
    if len(fields) == 1 and kind in OFFERED:
        inner = fields[kind]
        if isinstance(inner, str) and OFFERED[kind]:
            inner = {FIRST.get(kind, OFFERED[kind][0]): inner}
        inside = cast(dict[str, Any], inner) if isinstance(inner, dict) else {}
        fields = {**inside, "kind": kind}
    one = {name: [fields[name]] for name in LISTS if isinstance(fields.get(name), str)}
    return fields | one


def unknown_in(check: Mapping[str, Any]) -> str:
    """What of it no check of a model's has: it would not be looked at. Empty: nothing."""
    kind = str(check.get("kind"))
    if kind not in OFFERED:
        return f"there is no check {kind!r}, only {', '.join(offered(tools=False))}"
    odd = [name for name, value in check.items() if value and name not in ("kind", *OFFERED[kind])]
    has = ", ".join(OFFERED[kind]) or "no fields"
    return f"{kind} has no {odd[0]!r}, it has {has}" if odd else ""
