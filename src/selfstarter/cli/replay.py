"""`selfstarter replay RUN`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfstarter.cli import options
from selfstarter.words import N_, _, in_words

if TYPE_CHECKING:
    from selfstarter.settings import Settings

DIFFERS = 3


@click.command()
@click.argument("run", default="@last")
@click.option(
    "--with",
    "changed",
    multiple=True,
    metavar="NAME=VALUE",
    help="What another threshold would have done, as in hint_after=3; may be repeated.",
)
@click.option(
    "--save",
    type=options.AtHome(path_type=Path, dir_okay=False),
    help="Make a regression case of the run: one file that `replay FILE` runs again.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@options.journal
def command(
    run: str, changed: tuple[str, ...], save: Path | None, as_json: bool, home: Path | None
) -> None:
    """Go through RUN (an id, the beginning of one, or @last) again without a model, event by event.

    Says whether its journal folds to the end it records, and where the policy of today would have
    decided otherwise. RUN may be a FILE that --save wrote: then the run is pursued again, with the
    recorded replies, in a fresh copy of its folder.

    Exit 0: the same end; 3: another one; 2: no such run or threshold.
    """  # fmt: skip
    from selfstarter.cli.exits import plainly
    from selfstarter.settings import load

    pairs = dict(pair_of(text) for text in changed)
    with plainly():
        if Path(run).is_file():
            sys.exit(run_again(Path(run), as_json))
        settings = load(options.place(home))
        if save:
            from selfstarter.cases import save_case

            case = save_case(run, settings, save)
            said = _(
                "{file}: {replies} replies, {files} files; run it with: selfstarter replay {file}",
                file=save,
                replies=len(case.replies),
                files=len(case.files),
            )
            click.echo(said, err=True)
            return
        sys.exit(go_through(run, settings, pairs, as_json))


def pair_of(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise click.BadParameter(_("{text!r} is not NAME=VALUE, as in hint_after=3.", text=text))
    return name.replace("-", "_"), value


def go_through(run: str, settings: "Settings", changed: dict[str, str], as_json: bool) -> int:
    from selfstarter.app import look_up
    from selfstarter.cli.drive import summary
    from selfstarter.cli.guard import as_line, printable
    from selfstarter.cli.lines import lines
    from selfstarter.core.errors import BadSetting
    from selfstarter.replay import replay

    outcome, records = look_up(run, settings)
    try:
        found = replay(records, changed)
    except BadSetting as error:
        raise click.UsageError(in_words(error.said)) from None
    code = DIFFERS if found.faults else 0
    if as_json:
        from dataclasses import asdict

        said = summary(outcome, outcome.run_id, code, None, 0.0, "")
        print(as_line({
            **{key: said[key] for key in ("run_id", "status", "answer", "criteria", "usage")},
            "events": len(records),
            "moves": found.moves,
            "faults": found.faults,
            "differences": [asdict(one) for one in found.differences],
            "changes": [asdict(one) for one in found.changes],
            "exit_code": code,
        }))  # fmt: skip
        return code
    for recorded in records:
        for line in lines(recorded.event) or [f"({recorded.event.kind})"]:
            click.echo(f"{recorded.seq:5}  {line}")
    click.echo(f"\n{outcome.report}")
    for fault in found.faults:
        click.echo(printable(f"{_('FAULT')}  {fault}"))
    if not found.faults:
        click.echo(
            _(
                "The journal folds to the end it records: {ending}.",
                ending=_(outcome.ending or "open"),
            )
        )
    today = N_("event {seq}: {journal}; the policy of today would {other}")
    alike = _("The policy of today decides the same at all {n} points.", n=found.moves)
    for one in found.differences:
        click.echo(_(today, seq=one.seq, journal=one.journal, other=one.other))
    if not found.differences:
        click.echo(alike)
    if changed:
        said = ", ".join(f"{name}={value}" for name, value in changed.items())
        click.echo(_("With {changes}:", changes=said))
        instead = N_("event {seq}: {when}: {other}, where now: {journal}")
        for one in found.changes:
            click.echo(_(instead, seq=one.seq, when=one.when, other=one.other, journal=one.journal))
        if not found.changes:
            click.echo(_("nothing changes at any of {n} points.", n=found.moves))
        else:
            click.echo(
                _(
                    "From event {seq} on the run would have gone another way.",
                    seq=found.changes[0].seq,
                )
            )
    return code


def run_again(file: Path, as_json: bool) -> int:
    import asyncio

    from selfstarter.cases import rerun
    from selfstarter.cli.guard import as_line, printable

    again = asyncio.run(rerun(file))
    code = 0 if again.same else DIFFERS
    if as_json:
        from dataclasses import asdict

        print(as_line({**asdict(again), "same": again.same, "exit_code": code}))
    elif again.same:
        click.echo(
            _("{file}: the same end: {ending}.", file=file, ending=_(again.ending or "open"))
        )
    else:
        click.echo(_("{file}: another end.", file=file))
        for difference in again.differences:
            click.echo(printable(f"  {difference}"))
    return code
