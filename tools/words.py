"""Bring the catalogues of other languages up to date with the code: `make words`.

What is said in English is read off the code: `_("…")`, `N_("…")`, `Said("…")`, the sentences of
errors and the two lines of each, the help of each command and option, what each setting means. A
new text comes into `selfstarter.po` without a translation, one that is no longer said goes; then
the .mo beside it is made anew.
"""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import get_args

import click
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from selfstarter.cli import COMMANDS, cli, paragraphs
from selfstarter.config import manifest
from selfstarter.core.errors import ToolFailed, kinds
from selfstarter.settings import LayerKind

HOUSE = Path(__file__).resolve().parents[1] / "src" / "selfstarter"
LANGUAGES = ("zh",)
FROM_CLICK = (
    "Usage:", "Options", "Commands", "Show this message and exit.", "Error: {message}", "Aborted!",
    "Try '{command} {option}' for help.", "No such command {name!r}.", "No such option {name!r}.",
    "Did you mean {possibility}?", "Missing argument", "Missing option", "Missing parameter",
    "Invalid value: {message}", "Invalid value for {param_hint}: {message}", "default: {default}",
    "required", "Got unexpected extra argument ({args})", "Error: invalid input",
    "{value!r} is not one of {choices}.", "{value!r} is not a valid {number_type}.",
    "Option {name!r} requires an argument.",
)  # fmt: skip
"""What of click's own words a person meets with us."""
TROUBLES = {kind.__name__ for kind in kinds() if not issubclass(kind, ToolFailed)} | {"Transient"}
"""Whose sentences a person reads; those of ToolFailed are for the model."""


SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""So that the same texts give the same file."""
NOT_KEPT = re.compile(rb'# .|"(POT-|PO-Rev|Generated|Last-Tr|Language-Team|Report-Ms|Project-Id)')
"""Of the head of a catalogue: when and by whom."""


def file_of(language: str) -> Path:
    return HOUSE / "words" / language / "LC_MESSAGES" / "selfstarter.po"


def english() -> list[str]:
    """All that is said, in the order of the code, each once."""
    found = [*helps(), *errors(), *FROM_CLICK, *settings()]
    for file in sorted(HOUSE.rglob("*.py")):
        if HOUSE / "evals" not in file.parents:  # for us, not for people
            found += marked(ast.parse(file.read_text("utf-8")))
    return list(dict.fromkeys(text for text in found if text))


def helps() -> Iterator[str]:
    yield from COMMANDS.values()
    for command in commands(cli):
        yield from (part for part in paragraphs(command) if not part.startswith("\b"))
        for param in command.params:
            if isinstance(param, click.Option) and param.help:
                yield param.help


def commands(group: click.Group) -> Iterator[click.Command]:
    yield group
    for name in group.list_commands(click.Context(group)):
        match group.get_command(click.Context(group), name):
            case click.Group() as inner:
                yield from commands(inner)
            case click.Command() as inner:
                yield inner
            case None:
                pass


def errors() -> Iterator[str]:
    for kind in kinds():
        yield from (kind.what, kind.fix)


def settings() -> Iterator[str]:
    yield from (one.does for one in manifest())
    yield from get_args(LayerKind)


def marked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name("_" | "N_" | "Said"), [ast.Constant(str(text)), *_]):
                yield text
            case ast.Call(ast.Name(name), [ast.Constant(str(text)), *_]) if name in TROUBLES:
                yield text
            case _:
                pass


def catalogue(language: str) -> Catalog:
    with file_of(language).open("rb") as file:
        found = read_po(file, locale=language)
    found.creation_date = found.revision_date = SOME_DAY
    return found


def renewed(language: str) -> Catalog:
    """With exactly what is said now, and the translations that there are."""
    old = catalogue(language) if file_of(language).exists() else Catalog(locale=language)
    new = Catalog(locale=language, project="selfstarter", fuzzy=False)
    for text in english():
        known = old.get(text)
        new.add(text, known.string if known else "")
    return new


def po(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalog, width=0, omit_header=False, sort_output=True)
    return b"".join(line for line in out.getvalue().splitlines(True) if not NOT_KEPT.match(line))


def mo(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> int:
    for language in LANGUAGES:
        file, catalog = file_of(language), renewed(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(po(catalog))
        file.with_suffix(".mo").write_bytes(mo(catalogue(language)))
        missing = [one.id for one in catalog if one.id and not one.string]
        print(f"{file}: {len(catalog)} texts, {len(missing)} not translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
