"""`selfstarter models`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _, in_words


@click.group()
def command() -> None:
    """Models: which can be used here, whether one answers, and the weights of the local one.

    \b
      selfstarter models ls
      selfstarter models test openai:gpt-5-mini
      selfstarter models pull
    """


@command.command("ls")
@click.argument("provider", required=False)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def ls(provider: str | None, as_json: bool) -> None:
    """List the ways to name a model and what each lacks here; or the models of PROVIDER that the
    price list knows. Nobody is asked.

    \b
      selfstarter models ls
      selfstarter models ls anthropic
    """
    from dataclasses import asdict

    from selfstarter.catalogue import Kind, kinds, known
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable

    with plainly():
        found = known(provider) if provider else kinds()
    for one in found:
        if as_json:
            click.echo(as_line(one.as_json() if isinstance(one, Kind) else asdict(one)))
        elif isinstance(one, Kind):
            said = in_words(one.said)
            click.echo(printable(f"{one.name:<24} {'ok ' if one.ready else '-  '} {said}"))
        else:
            window = f"{one.window:,} tokens" if one.window else ""
            click.echo(printable(f"{one.name:<48} {window:<18} {one.price}"))


@command.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@options.home
def test(name: str | None, as_json: bool, home: Path | None) -> None:
    """Ask the model NAME for one word: does it answer, how fast, at what price?

    Without NAME: the one that is set. Exit 0: it answered; 7: a key or a part is missing; 75: it is
    out of reach.

    \b
      selfstarter models test
      selfstarter models test http://127.0.0.1:8080/v1#qwen3-8b
    """
    import asyncio
    from dataclasses import asdict

    from selfstarter.catalogue import tried
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, short
    from selfstarter.settings import load

    with plainly():
        found = asyncio.run(tried(name or load({"home": home}).model))
    if as_json:
        click.echo(as_line(asdict(found)))
        return
    cost = "of unknown price" if found.cost_usd is None else f"${found.cost_usd:.6f}"
    click.echo(
        _(
            "{model} answered in {seconds:.1f} s: {answer}",
            model=found.model,
            seconds=found.seconds,
            answer=short(found.answer, 60),
        )
    )
    click.echo(
        _(
            "{input} tokens in, {output} out, {cost}",
            input=found.input,
            output=found.output,
            cost=cost,
        ),
        err=True,
    )


@command.command()
@click.argument("name", default="local")
def pull(name: str) -> None:
    """Fetch the weights of the embedded model (1.1 GB, once, resumable, checked by sha256).

    \b
      selfstarter models pull
    """
    from selfstarter.catalogue import pulled
    from selfstarter.cli.exits import plainly

    with plainly():
        path = pulled(name)
    click.echo(path)
