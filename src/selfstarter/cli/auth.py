"""`selfstarter auth`."""

import sys

import click

from selfstarter.words import _


@click.group()
def command() -> None:
    """Keep keys: in the system's keyring if one works, else in a file that only you can read.

    A variable of the same name in the environment is used before a kept key.
    """


@command.command("set")
@click.argument("name")
def set_(name: str) -> None:
    """Keep the key NAME (as in OPENAI_API_KEY). Its value is asked for, or read from stdin."""
    from selfstarter.cli.exits import plainly
    from selfstarter.keys import credentials_file, keep

    if sys.stdin.isatty():
        value = click.prompt(_("Value of {name}", name=name), hide_input=True, err=True)
    else:
        value = sys.stdin.readline()
    with plainly():
        place = keep(name, value)
    where = "the keyring" if place == "keyring" else f"{credentials_file()} (only you can read it)"
    click.echo(_("{name} is kept in {where}.", name=name, where=where))


@command.command("ls")
def ls() -> None:
    """List the names of the kept keys and where they lie; never a value."""
    from selfstarter.cli.exits import plainly
    from selfstarter.keys import listed

    with plainly():
        found = listed()
    for name, place in found.items():
        said = "environment, which hides the kept one" if place == "environment" else place
        click.echo(f"{name:<28}  {said}")
    if not found:
        click.echo(_("No key is kept. Keep one with: selfstarter auth set NAME"), err=True)


@command.command("rm")
@click.argument("name")
def rm(name: str) -> None:
    """Forget the key NAME."""
    from selfstarter.cli.exits import plainly
    from selfstarter.core.errors import BadSetting
    from selfstarter.keys import remove

    with plainly():
        if not remove(name):
            raise BadSetting("No key {name} is kept; `selfstarter auth ls` lists them.", name=name)
    click.echo(_("{name} is forgotten.", name=name))
