"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]


def limits(command: Command) -> Command:
    for option in (
        click.option("--max-time", help="Longest time at work: 90s, 20m, 2h."),
        click.option("--max-cost", type=click.FloatRange(min=0), help="Most money, in USD."),
        click.option("--max-tokens", type=click.IntRange(min=1), help="Most tokens, in and out."),
        click.option("--max-steps", type=click.IntRange(min=1), help="Most tool calls."),
    ):
        command = option(command)
    return command


def output(command: Command) -> Command:
    for option in (
        click.option("--plain", is_flag=True, help="A line an event, no live view."),
        click.option("--jsonl", is_flag=True, help="Every event as a JSON line on stdout."),
        click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
    ):
        command = option(command)
    return command


def home(command: Command) -> Command:
    return click.option(
        "--home", type=click.Path(path_type=Path), help="Where journal and reports lie."
    )(command)


def model(command: Command) -> Command:
    return click.option(
        "-m",
        "--model",
        help="local, scripted:FILE, openai:…, anthropic:…, ollama:…, or a URL. Default: local.",
    )(command)


def seconds(text: str | None) -> float | None:
    """`90`, `90s`, `20m`, `2h` as seconds. Raises click.BadParameter."""
    if text is None:
        return None
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:].lower())
    try:
        value = float(text[:-1] if unit else text) * (unit or 1)
    except ValueError:
        value = 0
    if not 0 < value < 10**8:
        raise click.BadParameter(
            f"{text!r} is no time; write 90s, 20m or 2h.", param_hint="max-time"
        )
    return value
