"""`selfstarter policy`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfstarter.cli import options
from selfstarter.words import N_, _

if TYPE_CHECKING:
    from selfstarter.core.gate import Labels, Standing
    from selfstarter.settings import Settings

CODES = {"allow": 0, "ask": 4, "deny": 3}


@click.group()
def command() -> None:
    """What a run may do unasked: see docs/permissions.md."""


@command.command()
@options.permissions
@options.journal
def show(home: Path | None, **given: Any) -> None:
    """The mode and the rules in force, and how each tool is seen."""
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import padded, short
    from selfstarter.core.gate import INSIDE, WEB

    with plainly():
        settings = loaded(home, given)
        mode = settings.permissions()
        click.echo(f"{padded(_('mode'), 10)}{mode.mode}")
        for name, rules in ((_("allow"), mode.allow), (_("deny"), mode.deny)):
            for rule in rules:
                click.echo(f"{padded(name, 10)}{short(rule)}")
        seen = _("public") if mode.public_files else _("private")
        click.echo(f"{padded(_('files'), 10)}{seen}")
        for name in (*sorted(INSIDE), *WEB, *served(settings)):
            click.echo(f"{name:<24} {short(said_of(labels_of(name, settings), name in INSIDE))}")


@command.command()
@click.argument("tool")
@click.argument("arguments", nargs=-1, metavar="[ARGUMENT=VALUE]...")
@click.option("--goal", default="", help="The person's words.")
@click.option("--run", "run_id", default="", help="Judge as this run would, by what it has read.")
@click.option("--untrusted", is_flag=True, help="Text from outside has been read.")
@click.option("--private", is_flag=True, help="Private text has been read.")
@click.option("--offered", multiple=True, help="An address that a search or a page gave.")
@options.permissions
@options.journal
def test(
    tool: str,
    arguments: tuple[str, ...],
    goal: str,
    run_id: str,
    untrusted: bool,
    private: bool,
    offered: tuple[str, ...],
    home: Path | None,
    **given: Any,
) -> None:
    """Would this call of TOOL run? Exit 0: yes; 4: a person is asked, and where nobody is there it
    does not run; 3: no."""
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.lines import in_rows
    from selfstarter.core.gate import Standing, judge
    from selfstarter.core.provenance import Provenance

    with plainly():
        settings = loaded(home, given)
        look_up_tool(tool, settings)
        if run_id:
            standing = standing_of(run_id, settings)
        else:
            known = Provenance().offers(offered, "").read(untrusted, private)
            standing = Standing(settings.permissions(), known, goal)
        verdict = judge(tool, read(arguments), labels_of(tool, settings), standing)
    for row in in_rows(f"{verdict.kind}{': ' if verdict.why else ''}{verdict.why}"):
        click.echo(row)
    sys.exit(CODES[verdict.kind])


def loaded(home: Path | None, given: Mapping[str, Any]) -> "Settings":
    from selfstarter.settings import load

    return load({**options.place(home), **{key: value or None for key, value in given.items()}})


def standing_of(run_id: str, settings: "Settings") -> "Standing":
    from selfstarter.app import look_up
    from selfstarter.core.gate import Standing

    state = look_up(run_id, settings)[0].state
    return Standing(state.permissions, state.provenance, state.own_words)


def read(arguments: tuple[str, ...]) -> dict[str, Any]:
    """`amount=5` is a number, `to=["a","b"]` a list; what is no JSON is text."""
    found: dict[str, Any] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals:
            raise click.UsageError(
                _("{argument!r} is no argument; write NAME=VALUE.", argument=argument)
            )
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def served(settings: "Settings") -> Mapping[str, Any]:
    from selfstarter.tool_servers import ToolServers

    return ToolServers(settings.home).tools


def look_up_tool(tool: str, settings: "Settings") -> None:
    """Raises click.UsageError: there is none of that name; a server's may be known elsewhere."""
    from difflib import get_close_matches

    from selfstarter.catalogue import tools
    from selfstarter.core.gate import INSIDE, known_labels
    from selfstarter.core.said import did_you_mean
    from selfstarter.tool_servers import listed

    if known_labels(tool) or tool in served(settings):
        return
    names = sorted(INSIDE | {one.name for one in tools(settings, Path())})
    if tool in names:  # one of the person's own
        return
    if tool.startswith("mcp__"):
        unknown = _("{tool} is not known here; it is judged as one of which nothing is known.")
        click.echo(unknown.format(tool=tool), err=True)
        for one in listed(settings.home):
            if tool.startswith(f"mcp__{one.server.name}__") and not one.tools:
                off = _(
                    "No run can call it yet: the server {name} is {state}. See: selfstarter mcp"
                    " approve {name}",
                    name=one.server.name,
                    state=one.state,
                )
                click.echo(off, err=True)
        return
    likely = did_you_mean(*get_close_matches(tool, names, n=1))
    raise click.UsageError(
        _("There is no tool {tool!r}.{meant} `selfstarter tools` lists them.", tool=tool,
          meant=likely)
    )  # fmt: skip


def labels_of(tool: str, settings: "Settings") -> "Labels":
    from selfstarter.core.gate import Labels, known_labels
    from selfstarter.core.gate import labels_of as of_tool

    if own := known_labels(tool):
        return own
    found = served(settings).get(tool)
    if found is None:  # nobody has said what it does
        return Labels(reads=False, egress=True)
    return of_tool(found)


def said_of(labels: "Labels", inside: bool) -> str:
    acts = N_("acts, for good") if labels.for_good else N_("acts")
    acts = N_("reads") if labels.reads else acts
    if inside:
        return _("{acts} inside", acts=_(acts))
    leaves = N_("{acts} outside, its arguments leave") if labels.egress else N_("{acts} outside")
    return _(leaves, acts=_(acts))
