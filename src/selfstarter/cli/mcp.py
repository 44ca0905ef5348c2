"""`selfstarter mcp`: tools of others for our runs, and our runs as a tool for others."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfstarter.cli import options
from selfstarter.words import N_, _

if TYPE_CHECKING:
    from selfstarter.tool_servers import Offer, Server

yes = click.option("--yes", is_flag=True, help="Approve without being asked.")


@click.group()
def command() -> None:
    """Tools of MCP servers: add a server, look at its tools, approve them.

    A server that is a program runs in the sandbox, without network, in a folder of its own, unless
    more is granted here. What was approved is pinned: a server or a tool that changes is off until
    it is approved again. `serve` is the other way round.
    """


@command.command()
@options.home
def serve(home: Path | None) -> None:
    """Be an MCP server, over stdin and stdout: other programs give goals to selfstarter."""
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import guard_log
    from selfstarter.server import mcp
    from selfstarter.settings import load

    guard_log()
    with plainly():
        mcp.serve(load({"home": home}))


@command.command()
@click.argument("name")
@click.argument("program", nargs=-1)
@click.option("--url", default="", help="A server reached by streamable HTTP, instead of PROGRAM.")
@click.option("--bearer", default="", help="Name of the kept key that the URL gets.")
@click.option("--local", is_flag=True, help="The URL may lead to this machine or its network.")
@click.option("--env", multiple=True, help="Name of a variable or kept key for the program.")
@click.option("--network", is_flag=True, help="The program may use the network.")
@click.option("--read", multiple=True, help="A folder that the program may read.")
@click.option("--write", multiple=True, help="A folder that the program may change.")
@click.option("--no-sandbox", is_flag=True, help="The program may do all that you may.")
@click.option("--read-only", multiple=True, help="Pattern of tools that change nothing.")
@click.option("--own", multiple=True, help="Pattern of tools that read your own records.")
@click.option("--closed", is_flag=True, help="It talks to nobody else: nothing leaves through it.")
@yes
@options.home
def add(name: str, program: tuple[str, ...], no_sandbox: bool, yes: bool, home: Path | None,
        **given: Any) -> None:  # fmt: skip
    """Add the server NAME: PROGRAM and its arguments (after --), or --url."""
    from selfstarter.cli.exits import plainly
    from selfstarter.settings import load
    from selfstarter.tool_servers import add as save
    from selfstarter.tool_servers import described

    for grant in ("read", "write"):
        given[grant] = tuple(str(Path(p).expanduser().resolve()) for p in given[grant])
    table = {key: value for key, value in given.items() if value}
    table |= {"command": program[0], "args": program[1:]} if program else {}
    table |= {"sandbox": False} if no_sandbox else {}
    with plainly():
        at = load({"home": home}).home
        server = described(name, table)
        asyncio.run(save(server, at))
        click.echo(_("{name} is added, and off until it is approved.", name=name))
        if yes or sys.stdin.isatty():
            go_approve(server, yes, at)


@command.command("ls")
@options.home
def ls(home: Path | None) -> None:
    """List the servers, how they stand, and their approved tools."""
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import short
    from selfstarter.settings import load
    from selfstarter.tool_servers import listed

    with plainly():
        found = listed(load({"home": home}).home)
    for one in found:
        click.echo(f"{one.server.name:<16}  {one.state:<13}  {short(started_as(one.server), 200)}")
        for tool in one.tools:
            click.echo(f"  {tool.name}  ({tool.effect})  {short(tool.does, 80)}")
    if not found:
        click.echo(
            _("No MCP server. Add one with: selfstarter mcp add NAME -- PROGRAM …"), err=True
        )


@command.command()
@click.argument("name")
@yes
@options.home
def approve(name: str, yes: bool, home: Path | None) -> None:
    """Look at the server NAME and its tools as they are now, and approve them."""
    from selfstarter.cli.exits import plainly
    from selfstarter.settings import load
    from selfstarter.tool_servers import configured

    with plainly():
        at = load({"home": home}).home
        go_approve(configured(name, at), yes, at)


@command.command("rm")
@click.argument("name")
@options.home
def rm(name: str, home: Path | None) -> None:
    """Remove the server NAME and what was approved of it."""
    from selfstarter.cli.exits import plainly
    from selfstarter.settings import load
    from selfstarter.tool_servers import remove

    with plainly():
        remove(name, load({"home": home}).home)
    click.echo(_("{name} is removed.", name=name))


def go_approve(server: "Server", yes: bool, home: Path) -> None:
    """Two questions: may it be started, and may its tools be used. Raises BadSetting."""
    from selfstarter.cli.guard import printable
    from selfstarter.tool_servers import approve as keep
    from selfstarter.tool_servers import offer

    click.echo(printable(rights(server)))
    if not yes and not click.confirm(_("Start it and ask for its tools?"), err=True):
        return
    found = asyncio.run(offer(server, home))
    click.echo(printable(listing(found)))
    if not found.tools:
        click.echo(_("{name} offers no tool that can be used.", name=server.name))
        return
    if yes or click.confirm(_("Approve these tools?"), err=True):
        keep(found, home)
        click.echo(
            _("Approved: {tools} tools of {name}.", tools=len(found.tools), name=server.name)
        )


def started_as(server: "Server") -> str:
    import shlex

    return server.url or shlex.join([server.command, *server.args])


def rights(server: "Server") -> str:
    from selfstarter.cli.guard import padded

    rows = [(_("Server"), server.name), (_("Starts"), started_as(server))]
    if server.url:
        rows.append((_("Key"), server.bearer or _("none")))
        rows.append((_("Address"), _("may be local") if server.local else _("public only")))
    elif not server.sandbox:
        rows.append((_("Rights"), _("ALL OF YOURS: it runs without a sandbox")))
    else:
        network = _("yes, this machine included") if server.network else _("none")
        rows.append((_("Network"), network))
        rows += [(_("Reads"), folder) for folder in server.read]
        rows += [(_("Changes"), folder) for folder in server.write]
    rows += [(_("Gets"), name) for name in server.env]
    return "\n".join(f"{padded(label, 9)}{text}" for label, text in rows)


def listing(found: "Offer") -> str:
    """What a model will read of each tool, whole."""
    import json

    lines: list[str] = []
    for tool in found.tools:
        known = found.known.get(tool.name)
        approved = N_("as approved") if known == tool.pin else N_("CHANGED")
        mark = _(N_("new") if known is None else approved)
        effect = _("effect {effect}", effect=tool.effect)
        lines += ["", f"{tool.name}  [{mark}; {effect}]", *indented(tool.does)]
        lines += indented(json.dumps(tool.parameters, ensure_ascii=False))
    gone = found.known.keys() - {tool.name for tool in found.tools}
    lines += [_("gone: {name}", name=name) for name in sorted(gone)]
    lines += [_("not usable: {reason}", reason=why) for why in found.refused]
    if found.say_they_read:
        said = _(
            "By the server's own word, which does not count, these change nothing: {tools}. By"
            " yours: `selfstarter mcp add … --read-only PATTERN`. To have a run call them unasked:"
            " `selfstarter run … --allow '{tool}'`",
            tools=", ".join(found.say_they_read),
            tool=found.say_they_read[0],
        )
        lines += ["", said]
    return "\n".join(lines)


def indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]
