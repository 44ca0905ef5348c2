"""`selfstarter tools`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfstarter.cli import options

if TYPE_CHECKING:
    from selfstarter.catalogue import Shown


@click.command()
@click.argument("name", required=False)
@click.option("-w", "--workspace", type=options.AtHome(path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a tool.")
@options.journal
def command(name: str | None, workspace: Path, as_json: bool, home: Path | None) -> None:
    """List the tools that a run would have, those of MCP servers too; or show NAME whole, as a
    model sees it.

    \b
      selfstarter tools
      selfstarter tools edit_file
      selfstarter tools --json
    """
    from dataclasses import asdict

    from selfstarter.catalogue import tools
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable
    from selfstarter.core.errors import BadSetting
    from selfstarter.settings import load

    with plainly():
        found = tools(load(options.place(home), workspace=workspace), workspace)
        if name and not (found := [one for one in found if one.name == name]):
            raise BadSetting(
                "There is no tool {name!r}; `selfstarter tools` lists them.", name=name
            )
    for one in found:
        if as_json:
            click.echo(as_line(asdict(one)))
        elif name:
            click.echo(printable(whole(one)))
        else:
            does = one.does.partition("\n")[0]
            click.echo(printable(f"{one.name:<16} {one.effect:<12} {does}"))


def whole(one: "Shown") -> str:
    import json

    labels = {
        "brings text from outside": one.reads_untrusted,
        "brings private text": one.reads_private,
        "its arguments leave the machine": one.egress,
    }
    lines = [f"{one.name}  ({one.effect})", *(f"  {say}" for say, so in labels.items() if so)]
    lines += ["", one.does, "", json.dumps(one.parameters, ensure_ascii=False, indent=2)]
    return "\n".join(lines)
