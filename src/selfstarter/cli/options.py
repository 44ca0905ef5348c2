"""Options that several commands share."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from selfstarter.words import _

Command = Callable[..., Any]
DATABASE = "selfstarter.database"


class AtHome(click.Path):
    """`~` is the person's own also where the shell leaves it, as in `--home=~/agent`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(os.path.expanduser(value), param, ctx)  # noqa: PTH111


def somebody() -> bool:
    """Is a person at this terminal, who reads and can answer?"""
    return sys.stdin.isatty() and sys.stderr.isatty()


def limits(command: Command) -> Command:
    for option in (
        click.option("--max-time", help="Longest time at work: 90s, 20m, 2h."),
        click.option("--max-cost", type=click.FloatRange(min=0), help="Most money, in USD."),
        click.option("--max-tokens", type=click.IntRange(min=1), help="Most tokens, in and out."),
        click.option("--max-steps", type=click.IntRange(min=1), help="Most tool calls."),
    ):
        command = option(command)
    return command


def on_limit(command: Command) -> Command:
    return click.option(
        "--on-limit",
        type=click.Choice(["ask", "stop"]),
        help="At a limit: wait for `approve`, or end with a report. Default: ask in a terminal.",
    )(command)


def review(command: Command) -> Command:
    return click.option(
        "--review",
        is_flag=True,
        help="Show what done means, and wait until it is accepted; if nobody is there, go on.",
    )(command)


def permissions(command: Command) -> Command:
    for option in (
        click.option(
            "--public-files",
            is_flag=True,
            default=None,
            help="Nothing in the workspace is private: what searches offer may be opened.",
        ),
        click.option("--deny", multiple=True, metavar="RULE", help="Never run such a call."),
        click.option(
            "--allow",
            multiple=True,
            metavar="RULE",
            help="Run such a call unasked: TOOL or TOOL:ARGUMENT=PATTERN.",
        ),
        click.option(
            "--mode",
            type=click.Choice(["readonly", "ask", "auto", "yolo"]),
            help="What may be done unasked (docs/permissions.md). Default: auto.",
        ),
    ):
        command = option(command)
    return command


def hosts(command: Command) -> Command:
    return click.option(
        "--host",
        "hosts",
        multiple=True,
        metavar="HOST",
        help="Read its pages though it is not public, as 127.0.0.1:9107; in place of `hosts`.",
    )(command)


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
        "--home", type=AtHome(path_type=Path), help="Where journal and reports lie."
    )(command)


def journal(command: Command) -> Command:
    """`--home` and `--database`; the latter comes by `place`, as few commands look at it."""
    return home(
        click.option(
            "--database",
            metavar="URL",
            expose_value=False,
            callback=remember,
            help="Postgres that holds the journal. Default: SELFSTARTER_DATABASE, else a file.",
        )(command)
    )


def remember(context: click.Context, _: click.Parameter, url: str | None) -> None:
    context.meta[DATABASE] = url


def place(home: Path | None) -> dict[str, Any]:
    """Where the journal is, as settings."""
    return {"home": home, "database": click.get_current_context().meta.get(DATABASE)}


def model(command: Command) -> Command:
    return click.option(
        "-m",
        "--model",
        help="local, scripted:FILE, openai:…, anthropic:…, ollama:…, or a URL.",
    )(command)


def amounts(
    max_steps: int | None, max_tokens: int | None, max_cost: float | None, max_time: str | None
) -> dict[str, float | None]:
    """What `limits` gives, as settings. Raises click.BadParameter."""
    return {
        "steps": max_steps,
        "tokens": max_tokens,
        "cost_usd": max_cost,
        "time_s": seconds(max_time),
    }


def seconds(text: str | None) -> float | None:
    """`90`, `90s`, `20m`, `2h` as seconds. Raises click.BadParameter."""
    if text is None:
        return None

    from selfstarter.core.budget import amount_in

    if (value := amount_in("time", text)) is None:
        raise click.BadParameter(
            _("{text!r} is no time; write 90s, 20m or 2h.", text=text), param_hint="max-time"
        )
    return value
