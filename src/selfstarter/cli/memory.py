"""`selfstarter memory`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfstarter.cli import options
from selfstarter.words import _

if TYPE_CHECKING:
    from selfstarter.core.ports import MemoryKind, MemoryRecord
    from selfstarter.settings import Settings

KINDS = ("semantic", "procedural", "episodic")
FILE = options.AtHome(path_type=Path, dir_okay=False)
as_json = click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
count = click.option("-n", "count", type=click.IntRange(min=1), default=20, show_default=True)


@click.group()
def command() -> None:
    """What runs have learnt: facts, lessons, procedures, what was tried.

    Runs write it by themselves; here a person looks at it, adds to it, corrects it, forgets it. It
    lies where the journal does. `--memory off` (or SELFSTARTER_MEMORY=off) keeps a run out of it.
    """


@command.command("ls")
@count
@click.option("--kind", type=click.Choice(KINDS), help="Facts, lessons, or what was tried.")
@click.option("--history", is_flag=True, help="Also what no longer holds.")
@as_json
@options.journal
def ls(
    count: int, kind: "MemoryKind | None", history: bool, as_json: bool, home: Path | None
) -> None:
    """List what is remembered, the newest first."""
    from selfstarter.cli.exits import plainly
    from selfstarter.remembering import listed

    with plainly():
        records = listed(settings(home), count, [kind] if kind else (), history)
        for record in records:
            say(record, as_json)
    if not records and not as_json:
        click.echo(_("Nothing is remembered yet: runs leave something when they end."), err=True)


@command.command()
@click.argument("text", nargs=-1, required=True)
@count
@as_json
@options.journal
def search(text: tuple[str, ...], count: int, as_json: bool, home: Path | None) -> None:
    """Find by meaning: what a run with the task TEXT would find, the nearest first."""
    from selfstarter.cli.exits import plainly
    from selfstarter.remembering import searched

    with plainly():
        hits = searched(settings(home), " ".join(text), count)
        for hit in hits:
            say(hit.record, as_json, score=hit.score)
    if not hits and not as_json:
        click.echo(_("Nothing is near enough to that."), err=True)


@command.command()
@click.argument("id")
@as_json
@options.journal
def show(id: str, as_json: bool, home: Path | None) -> None:
    """Show the record ID: its text, where it comes from, what it replaced, where it was used."""
    from dataclasses import asdict

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, padded, printable
    from selfstarter.remembering import OWN, shown

    with plainly():
        found = shown(settings(home), id)
    if as_json:
        click.echo(as_line(asdict(found)))
        return
    record = found.record
    where = _("{day}, in run {run}, event {seq}")
    learnt = where.format(day=day(record.at), run=record.run_id, seq=record.seq)
    if record.id.startswith(OWN):
        learnt = _("{day}, from you", day=day(record.at))
    trust = _("own words") if record.trusted else _("text from outside went into it")
    shown = _("in {n} runs; {m} of them ended as done", n=record.uses, m=record.helped)
    rows = [(_("id"), record.id), (_("kind"), record.kind), (_("learnt"), learnt)]
    if record.source:
        rows.append((_("source"), f"{record.source}  {record.sha256[:16]}".rstrip()))
    rows += [(_("trust"), trust), (_("shown"), shown)]
    if record.superseded_by:
        rows.append((_("superseded"), _("by {id}", id=record.superseded_by)))
    rows += [(_("before"), f"{day(old.at)}  {old.id}  {old.text}") for old in found.history]
    for use in found.uses:
        rows.append((_("used"), where.format(day=day(use.at), run=use.run_id, seq=use.seq)))
    lines = [f"{padded(label, 12)}{text}" for label, text in rows]
    click.echo(printable("\n".join([record.text, "", *lines])))


@command.command()
@click.argument("text", nargs=-1, required=True)
@options.journal
def add(text: tuple[str, ...], home: Path | None) -> None:
    """Have every later run remember TEXT: what you want, or what it should know."""
    from selfstarter.cli.exits import plainly
    from selfstarter.remembering import added

    with plainly():
        record = added(settings(home), " ".join(text))
    say(record, as_json=False)


@command.command()
@click.argument("id")
@click.argument("text", nargs=-1)
@options.journal
def edit(id: str, text: tuple[str, ...], home: Path | None) -> None:
    """Put the record ID in your own words (in an editor, if TEXT is left out).

    From then on your words are what is remembered; the old ones stay as history.
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.remembering import edited, shown

    with plainly():
        said = " ".join(text) or click.edit(shown(settings(home), id).record.text) or ""
        record = edited(settings(home), id, said)
    say(record, as_json=False)


@command.command()
@click.argument("ids", nargs=-1)
@click.option("--run", default="", help="All that this run has left.")
@click.option("--yes", is_flag=True, help="Without being asked.")
@options.journal
def forget(ids: tuple[str, ...], run: str, yes: bool, home: Path | None) -> None:
    """Forget records for good, with their history. The journals of the runs stay as they are."""
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import short
    from selfstarter.remembering import forgotten

    if not ids and not run:
        raise click.UsageError(_("Name records by their ids, or a run with --run."))
    what = short(", ".join([*ids, *([f"all of run {run}"] if run else [])]))
    if not yes and not click.confirm(_("Forget {what} for good?", what=what), err=True):
        return
    with plainly():
        gone = forgotten(settings(home), ids, run)
    for record in gone:
        say(record, as_json=False)
    click.echo(_("{n} forgotten.", n=len(gone)), err=True)


@command.command("export")
@click.argument("file", type=FILE)
@options.journal
def export_(file: Path, home: Path | None) -> None:
    """Write every record, history too, to FILE as JSON lines."""
    from selfstarter.cli.exits import plainly
    from selfstarter.remembering import exported

    with plainly():
        click.echo(_("{n} records are in {file}.", n=exported(settings(home), file), file=file))


@command.command("import")
@click.argument("file", type=FILE)
@options.journal
def import_(file: Path, home: Path | None) -> None:
    """Take in the records of an export. Only from people you trust: labels are taken as written."""
    from selfstarter.cli.exits import plainly
    from selfstarter.remembering import taken_in

    with plainly():
        click.echo(_("{n} records are new.", n=taken_in(settings(home), file)))


@command.command()
@options.journal
def stats(home: Path | None) -> None:
    """Count what is remembered, and check table and indexes. Exit 1: they do not say the same."""
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import printable
    from selfstarter.remembering import counted

    with plainly():
        found = counted(settings(home))
    health = found.health
    old = health.records - found.live
    lines = [_("{n} records, and {old} that no longer hold", n=found.live, old=old)]
    lines += [f"  {number:>6} {kind}" for kind, number in found.kinds.items()]
    lines.append(_("{n} are made of text from outside", n=found.untrusted))
    shown = _("{n} were shown to a run; {m} in one that ended as done")
    lines.append(shown.format(n=found.used, m=found.helped))
    near = _("{n} can be found by meaning, {m} of them by the graph")
    lines.append(near.format(n=health.embedded, m=health.in_graph))
    lines += [health.advice] if health.advice else []
    click.echo(printable("\n".join([*lines, *health.problems])))
    raise SystemExit(bool(health.problems))


@command.command()
@options.journal
def tidy(home: Path | None) -> None:
    """Take out of recall what was said twice, is known better since, or was long of no use.

    Runs do this by themselves with what is new. Nothing is lost: `ls --history` shows it.
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.remembering import tidied

    with plainly():
        gone = tidied(settings(home))
    for record, why in gone:
        click.echo(f"{why:<6} ", nl=False)
        say(record, as_json=False)
    click.echo(_("{n} are no longer recalled.", n=len(gone)), err=True)


@command.command()
@options.journal
def rebuild(home: Path | None) -> None:
    """File every journal anew. What was forgotten stays forgotten."""
    from selfstarter.cli.exits import plainly
    from selfstarter.remembering import rebuilt

    with plainly():
        click.echo(_("{n} records were missing.", n=rebuilt(settings(home))))


@command.command()
@click.argument("file", type=FILE)
@options.journal
def backup(file: Path, home: Path | None) -> None:
    """Copy the whole database, journals too, to FILE while runs go on."""
    from selfstarter.cli.exits import plainly
    from selfstarter.remembering import backed_up

    with plainly():
        backed_up(settings(home), file)
    click.echo(_("The copy is {file}.", file=file))


def settings(home: Path | None) -> "Settings":
    from selfstarter.settings import load

    return load(options.place(home))


def say(record: "MemoryRecord", as_json: bool, score: float | None = None) -> None:
    from dataclasses import asdict

    from selfstarter.cli.guard import as_line, printable, short

    if as_json:
        more = {} if score is None else {"score": score}
        click.echo(as_line(asdict(record) | more))
        return
    marks = "" if record.trusted else f" {_('outside')}"
    marks += f" {_('old')}" if record.superseded_by else ""
    head = f"{record.id:<16}  {day(record.at)[:10]}  {record.kind[:4]}{marks}"
    click.echo(printable(f"{head}  {short(record.text, 90)}"))


def day(at: float) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M")
