"""Write docs/reference/ from the code: commands, settings, events, errors, public names."""

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import selfstarter
from selfstarter import config
from selfstarter.cli import COMMANDS, cli
from selfstarter.cli.exits import code_of
from selfstarter.core import errors
from selfstarter.core.events import EVENT

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- Made by `make docs` from the code: change the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """File name -> text."""
    made = {
        "commands.md": commands(),
        "settings.md": settings(),
        "events.md": events(),
        "errors.md": troubles(),
        "library.md": library(),
    }
    return {name: f"{MADE}\n{text.rstrip()}\n" for name, text in made.items()}


def commands() -> str:
    lines = ["# Commands", "", "`selfstarter COMMAND --help` says the same.", ""]
    lines += [f"* [`{name}`](#selfstarter-{name}) {does}" for name, does in COMMANDS.items()]
    root = click.Context(cli, **cli.context_settings)  # as a person calls it: `-h` is inherited
    for path, command in walked(cli, "selfstarter"):
        context = click.Context(command, parent=root)
        lines += ["", f"## {path}", "", *helped(command), "", "```text (usage)"]
        lines += [f"{path} {' '.join(command.collect_usage_pieces(context))}", "```"]
        options = [param.get_help_record(context) for param in command.get_params(context)]
        rows = [(cell(name), cell(does)) for name, does in filter(None, options)]
        if rows:
            lines += ["", "| option | does |", "|---|---|"]
            lines += [f"| `{name}` | {does} |" for name, does in rows]
    codes = cli.epilog or ""
    lines += ["", "## Exit codes", "", " ".join(codes.replace("\b", "").split())]
    return "\n".join(lines)


def walked(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from walked(inner, f"{path} {name}")


def helped(command: click.Command) -> Iterator[str]:
    """Paragraphs that are marked as written line by line are examples."""
    for part in inspect.cleandoc(command.help or "").split("\n\n"):
        if part.startswith("\b"):
            yield from ("```sh", *(line.strip() for line in part.splitlines()[1:]), "```", "")
        else:
            yield from (" ".join(part.split()), "")


def settings() -> str:
    lines = [
        "# Settings",
        "",
        "In `config.toml` (`selfstarter config path`), as variables of the environment, or as"
        " options of `run`. How they override each other: [settings](../settings.md).",
    ]
    for one in config.manifest():
        default = "depends on the machine" if one.name == "home" else json.dumps(one.default)
        lines += ["", f"## {one.name}", "", one.does, ""]
        lines += [f"* kind: {one.kind}; default: `{default}`", f"* variable: `{one.variable}`"]
        lines += [f"* option of `run`: `{one.flag}`"] if one.flag else []
        project = "may lower it" if one.narrows else "may not set it"
        lines.append(f"* a project's own file {project}")
    return "\n".join(lines)


def events() -> str:
    schema = EVENT.json_schema()
    lines = [
        "# Events",
        "",
        "What a journal holds, `selfstarter show RUN --jsonl` prints and the API streams. Every one"
        " has `run`, `seq`, `at` (seconds since 1970), `kind` and `v`.",
    ]
    for kind, ref in schema["discriminator"]["mapping"].items():
        found = schema["$defs"][ref.rpartition("/")[2]]
        does = " ".join(found.get("description", "").split())
        lines += ["", f"## {kind}", "", *([does, ""] if does else [])]
        for name, field in found["properties"].items():
            if name not in ("kind", "v"):
                lines.append(f"* `{name}`: {typed(field)}")
    return "\n".join(lines)


def typed(field: dict[str, Any]) -> str:
    match field:
        case {"$ref": ref}:
            return str(ref).rpartition("/")[2]
        case {"enum": [*values]}:
            return ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"anyOf": [*kinds]}:
            return " or ".join(dict.fromkeys(typed(kind) for kind in kinds))
        case {"type": "array", "items": items}:
            return f"array of {typed(items)}"
        case {"type": "array", "prefixItems": [*items]}:
            return f"({', '.join(typed(item) for item in items)})"
        case {"additionalProperties": {"type": inner}}:
            return f"object of {inner}"
        case _:
            return str(field.get("type", "anything"))


def troubles() -> str:
    lines = [
        "# Errors",
        "",
        "Each is one message on stderr that says what happened this time, then its code and what to"
        " do. `--json` and the server's `application/problem+json` carry the code and the `fix`."
        " The traceback is shown with `selfstarter --debug …`, or where `debug` is set.",
    ]
    for kind in errors.kinds():
        lines += ["", f"## {kind.code}", "", f"**{sentence(kind.what)}** {kind.fix}", ""]
        name = "any other error" if kind is errors.Trouble else f"`{kind.__name__}`"
        lines.append(f"* in the code: {name}; exit code: {code_of(kind('x'))}")
    return "\n".join(lines)


def sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def library() -> str:
    lines = ["# Library", "", "All that `selfstarter` exports: [how to use it](../library.md)."]
    for name in selfstarter.__all__:
        thing = getattr(selfstarter, name)
        parameters = [f"    {one}," for one in inspect.signature(thing).parameters.values()]
        lines += [
            "",
            f"## {name}",
            "",
            "```text (signature)",
            f"{name}(",
            *parameters,
            ")",
            "```",
            "",
        ]
        lines.append(inspect.getdoc(thing) or "")
    return "\n".join(lines)


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
        print(FOLDER / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
