"""`selfstarter init`."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfstarter.cli import options
from selfstarter.words import _, in_words

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
    from selfstarter.cli.doctor import lines
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import short
    from selfstarter.doctor import sandbox
    from selfstarter.settings import load

    asks = sys.stdin.isatty() and sys.stderr.isatty() and not key_stdin
    if not model and not asks:
        raise click.UsageError(
            _(
                "Nobody is there to be asked: name the model, as in --model local or --model"
                " openai:gpt-5-mini."
            )
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
            click.echo(_("Asking {name} for one word …", name=name), err=True)
            with forgets(kept):
                found = asyncio.run(tried(name))
            cost = "" if not found.cost_usd else f", ${found.cost_usd:.6f}"
            said = _(
                "it said {answer!r} in {seconds:.1f} s{cost}",
                answer=short(found.answer, 40),
                seconds=found.seconds,
                cost=cost,
            )
            click.echo(f"model     ok   {said}")
        click.echo("\n".join(lines(sandbox())))
        path = config.put("model", [name])
        if mode or asks:
            config.put("mode", [mode or click.prompt(asked_mode(), type=click.Choice(MODES),
                                                     default="auto", err=True)])  # fmt: skip
    click.echo(f"settings  ok   {path}")
    click.echo(_('Begin with: selfstarter run "…"   or, to see it work first: selfstarter demo'))


def asked_mode() -> str:
    return "\n".join(
        [
            _("What may it do unasked?"),
            f"  auto      {_('work in the folder, run programs in the sandbox, read the web')}",
            f"  ask       {_('the same, but ask before each change')}",
            f"  readonly  {_('look only')}",
            f"  yolo      {_('all that is not forbidden')}",
            _("Mode"),
        ]
    )


def chosen() -> str:
    """Asked of the person: one of the ways, and the model's name."""
    from selfstarter.catalogue import kinds

    found = kinds()
    click.echo(_("Which model?"), err=True)
    for number, one in enumerate(found, 1):
        click.echo(f"  {number}  {one.name:<24} {in_words(one.said)}", err=True)
    click.echo(
        _("  {n}  another: a URL of an OpenAI-compatible server, or a file", n=len(found) + 1),
        err=True,
    )
    likely = next((n for n, one in enumerate(found, 1) if one.ready and one.key), 1)
    number: int = click.prompt(
        _("Number"), type=click.IntRange(1, len(found) + 1), default=likely, err=True
    )
    if number > len(found):
        return click.prompt(
            _("As in http://127.0.0.1:8080/v1#qwen3-8b, local:/path/x.gguf"), err=True
        )
    return named(found[number - 1])


def named(kind: "Kind") -> str:
    if kind.name == "local":
        return "local"
    service = kind.name.partition(":")[0]
    command = "ollama list" if service == "ollama" else f"selfstarter models ls {service}"
    model: str = click.prompt(_("Name of the model (see {command})", command=command), err=True)
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
            click.echo(_("{key} is not kept.", key=key), err=True)
        raise


def key_of(name: str, from_stdin: bool, asks: bool) -> str:
    """Keep the provider's key, if it needs one that is not there. Returns its name, empty if none
    was kept. Raises BadSetting."""
    from selfstarter import keys
    from selfstarter.catalogue import keys_for
    from selfstarter.core.errors import BadSetting, NoKey

    names, needs = keys_for(name)
    if from_stdin and not names:
        raise BadSetting("{name} needs no key.", name=name)
    if from_stdin:
        value = sys.stdin.readline()
    elif not needs or any(map(keys.find, names)):
        return ""
    elif asks:
        value = click.prompt(_("Value of {name}", name=names[0]), hide_input=True, err=True)
    else:
        raise NoKey(
            "{name} needs a key: set {names}, or hand it over with --key-stdin.",
            name=name,
            names=names[0],
        )
    place = keys.keep(names[0], value)
    click.echo(f"key       ok   {_('{name} is kept in the {place}', name=names[0], place=place)}")
    return names[0]
