"""`selfstarter init`."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfstarter.cli import options

if TYPE_CHECKING:
    from selfstarter.catalogue import Kind

MODES = ("auto", "ask", "readonly", "yolo")


@click.command()
@options.model
@click.option("--key-stdin", is_flag=True, help="Read the provider's key from stdin.")
@click.option("--mode", type=click.Choice(MODES), help="What may be done unasked. Default: auto.")
@click.option("--no-test", is_flag=True, help="Make no test call (and fetch no weights).")
@options.home
def command(
    model: str | None, key_stdin: bool, mode: str | None, no_test: bool, home: Path | None
) -> None:
    """Set up in a minute: a model, its key, a test call, the sandbox.

    In a terminal it asks; without one it takes options. The key goes into the system's keyring, or
    into a file that only you can read; nothing else is kept but `model` and `mode`.

    \b
      selfstarter init
      selfstarter init --model local
      echo "$KEY" | selfstarter init --model openai:gpt-5-mini --key-stdin
    """
    import asyncio

    from selfstarter import config
    from selfstarter.catalogue import opened_once, tried
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import short
    from selfstarter.doctor import sandbox
    from selfstarter.settings import load

    asks = sys.stdin.isatty() and sys.stderr.isatty() and not key_stdin
    if not model and not asks:
        raise click.UsageError(
            "Nobody is there to be asked: name the model, as in --model local or --model"
            " openai:gpt-5-mini."
        )
    with plainly():
        load(
            {"home": home, "model": model}
        )  # what is wrong already is said before anything is kept
        name = model or chosen()
        kept = key_of(name, key_stdin, asks)
        if no_test:
            with forgets(kept):
                asyncio.run(opened_once(name))
        else:
            click.echo(f"Asking {name} for one word …", err=True)
            with forgets(kept):
                found = asyncio.run(tried(name))
            cost = "" if not found.cost_usd else f", ${found.cost_usd:.6f}"
            click.echo(f"model     ok   it said {short(found.answer, 40)!r}"
                       f" in {found.seconds:.1f} s{cost}")  # fmt: skip
        closed = sandbox()
        click.echo(f"sandbox   {closed.state:<4} {closed.said}")
        if closed.mend:
            click.echo(f"{'':14} → {closed.mend}")
        path = config.put("model", [name])
        if mode or asks:
            config.put("mode", [mode or click.prompt(asked_mode(), type=click.Choice(MODES),
                                                     default="auto", err=True)])  # fmt: skip
    click.echo(f"settings  ok   {path}")
    click.echo('Begin with: selfstarter run "…"   or, to see it work first: selfstarter demo')


def asked_mode() -> str:
    return (
        "What may it do unasked?\n"
        "  auto      work in the folder, run programs in the sandbox, read the web\n"
        "  ask       the same, but ask before each change\n"
        "  readonly  look only\n"
        "  yolo      all that is not forbidden\n"
        "Mode"
    )


def chosen() -> str:
    """Asked of the person: one of the ways, and the model's name."""
    from selfstarter.catalogue import kinds

    found = kinds()
    click.echo("Which model?", err=True)
    for number, one in enumerate(found, 1):
        click.echo(f"  {number}  {one.name:<24} {one.said}", err=True)
    click.echo(
        f"  {len(found) + 1}  another: a URL of an OpenAI-compatible server, or a file", err=True
    )
    likely = next((n for n, one in enumerate(found, 1) if one.ready and one.name != "local"), 1)
    number: int = click.prompt(
        "Number", type=click.IntRange(1, len(found) + 1), default=likely, err=True
    )
    if number > len(found):
        return click.prompt("As in http://127.0.0.1:8080/v1#qwen3-8b, local:/path/x.gguf", err=True)
    return named(found[number - 1])


def named(kind: "Kind") -> str:
    if kind.name == "local":
        return "local"
    service = kind.name.partition(":")[0]
    model: str = click.prompt(f"Name of the model (selfstarter models ls {service})", err=True)
    return f"{service}:{model}"


@contextmanager
def forgets(key: str) -> Generator[None]:
    """A key that was kept just now and did not work is no longer kept."""
    from selfstarter import keys

    try:
        yield
    except BaseException:
        if key:
            keys.remove(key)
            click.echo(f"{key} is not kept.", err=True)
        raise


def key_of(name: str, from_stdin: bool, asks: bool) -> str:
    """Keep the provider's key, if it needs one that is not there. Returns its name, empty if none
    was kept. Raises BadSetting."""
    from selfstarter import keys
    from selfstarter.catalogue import keys_for
    from selfstarter.core.errors import BadSetting

    names, needs = keys_for(name)
    if from_stdin and not names:
        raise BadSetting(f"{name} needs no key.")
    if from_stdin:
        value = sys.stdin.readline()
    elif not needs or any(map(keys.find, names)):
        return ""
    elif asks:
        value = click.prompt(f"Value of {names[0]}", hide_input=True, err=True)
    else:
        raise BadSetting(f"{name} needs a key: set {names[0]}, or hand it over with --key-stdin.")
    click.echo(f"key       ok   {names[0]} is kept in the {keys.keep(names[0], value)}")
    return names[0]
