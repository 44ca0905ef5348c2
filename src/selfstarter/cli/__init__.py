"""The command line: parse, call `app`, show. No rule of the agent lives here."""

import importlib
import os
import sys
from contextlib import suppress
from inspect import cleandoc
from types import TracebackType
from typing import Any

import click

from selfstarter import __version__
from selfstarter.words import N_, _, speak

COMMANDS = {
    "init": "Set up in a minute: a model, its key, a test call, the sandbox.",
    "run": "Pursue a goal in a folder.",
    "recipes": "Goals that come ready to use, with parameters and checks.",
    "resume": "Go on with a run where it ended.",
    "submit": "Put a goal into the queue, for a worker to pursue.",
    "schedule": "Pursue goals again and again: by cron, every so often, at a time.",
    "worker": "Pursue what is queued, several runs at once.",
    "workers": "Who is at work, and at which runs.",
    "queue": "What is queued, what is at work, what waits.",
    "say": "Tell a run something, from any shell.",
    "pause": "Pause a run after its step.",
    "stop": "End a run after its step, with a report.",
    "inbox": "What runs wait for you to answer.",
    "approve": "Allow the call, raise the limit, or accept the contract, that a run asks for.",
    "deny": "Refuse it; at a limit the run ends with its report.",
    "ls": "List the runs.",
    "attach": "Watch a run until it ends, wherever it is pursued.",
    "show": "Show one run: its report, or its events.",
    "search": "Find past runs by what they were to do and what they found.",
    "cost": "What model calls have cost: by run, day or model.",
    "diff": "What a run, or a step of it, changed in its folder.",
    "undo": "Put the files of a run back as they were.",
    "fork": "Branch a run off at a step, and go on from there.",
    "compare": "Two runs side by side.",
    "export": "Write a run to a file: a page, a report, a record, or all of it.",
    "import": "Take in a run that was exported whole.",
    "ui": "Open the web page, and serve it.",
    "serve": "Serve the web page and the HTTP API.",
    "replay": "Go through a run again, without a model.",
    "policy": "What a run may do unasked, and whether a call would run.",
    "config": "Settings: look at them, see where each comes from, change them.",
    "models": "Which models can be used here, and whether one answers.",
    "tools": "The tools that a run would have.",
    "auth": "Keep the keys of models and search engines; no value is ever shown.",
    "memory": "What runs have learnt: look at it, correct it, forget it.",
    "mcp": "Tools of MCP servers: add, look at, approve; or be one.",
    "demo": "A real run on example material, with the embedded model.",
    "doctor": "Is everything here that a run needs? How to mend what is not.",
    "gc": "What old runs leave on the disk, and how to free it.",
    "backup": "Copy journal and memory into one file.",
    "report-bug": "A zip for whoever looks into a bug; no key is in it.",
    "completion": "Complete commands at the TAB key: bash, zsh, fish.",
    "version": "Print the version.",
}
"""Name and help of each command; its module is only imported when it is called."""


class Lazy(click.Group):
    """A group that knows its commands by name, so that `--help` imports none of them."""

    def invoke(self, ctx: click.Context) -> Any:
        """Where what is printed cannot be delivered, that is said in one place."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except OSError as error:
            from selfstarter.cli.exits import unheard

            raise SystemExit(unheard(error)) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"selfstarter.cli.{cmd_name.replace('-', '_')}")
        return translated(module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(does)) for name, does in COMMANDS.items()])


def translated(command: click.Command) -> click.Command:
    """Its help and that of its options in the person's language."""
    command.help = "\n\n".join(map(_, paragraphs(command)))
    for param in command.params:
        if isinstance(param, click.Option) and param.help:
            param.help = _(param.help)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            translated(inner)
    return command


def paragraphs(command: click.Command) -> list[str]:
    """Of the help; each on one line, but what is marked as written line by line."""
    parts = cleandoc(command.help or "").split("\n\n")
    return [part if part.startswith("\b") else " ".join(part.split()) for part in parts]


EPILOG = N_("""\b
Exit codes: 0 goal met · 1 internal failure · 2 usage · 3 finished, criteria not met ·
4 waiting for a person · 5 budget reached · 7 configuration ·
75 model, folder or disk is gone: `resume` later ·
124 time limit · 130 Ctrl-C (saved) · 141 nobody reads stdout (saved) · 143 SIGTERM (saved)
""")


@click.command(cls=Lazy, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="selfstarter %(version)s", help=N_("Print the version."))
@click.option("--debug", is_flag=True, help="Show the traceback of an error, too.")
def cli(debug: bool) -> None:
    """Give it a goal; it plans, acts, checks its own work, and stops with a verified result.

    \b
      selfstarter run "Sum the amounts in orders.csv per city into totals.csv"
    """
    if debug:  # also for the processes that a run begins
        os.environ["SELFSTARTER_DEBUG"] = "1"


def language() -> str:
    """The setting, read without its loader: that would take as long as all of `--help`."""
    if said := os.environ.get("SELFSTARTER_LANGUAGE"):
        return "" if said == "auto" else said
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111
    with suppress(OSError, ValueError, RecursionError):  # a broken file is reported by the loader
        file = os.open(f"{folder}/selfstarter/config.toml", os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(file, "rb") as opened:
            text = opened.read(1 << 18)
        if b"language" in text:
            import tomllib

            said = str(tomllib.loads(text.decode()).get("language", "auto"))
            return "" if said == "auto" else said
    return ""


def crashed(kind: type[BaseException], bug: BaseException, at: TracebackType | None) -> None:
    from selfstarter.cli import guard

    guard.crashed(kind, bug, at)


def main(argv: list[str] | None = None) -> Any:
    """The console script."""
    sys.excepthook = crashed
    # A stream that was closed (`2>&-`): else the next file that is opened would take its place.
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    speak(language())
    translated(cli)
    cli.epilog = _(EPILOG)
    return cli.main(args=argv, prog_name="selfstarter")
