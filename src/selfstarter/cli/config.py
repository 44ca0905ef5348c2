"""`selfstarter config`."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfstarter.cli import options
from selfstarter.words import _, in_words

if TYPE_CHECKING:
    from selfstarter.config import Explained

workspace = click.option(
    "-w",
    "--workspace",
    type=options.AtHome(path_type=Path),
    help="Look at the project's own file in this folder, too.",
)


@click.group()
def command() -> None:
    """Settings: look at them, see where each comes from, change them.

    \b
      selfstarter config set model anthropic:claude-sonnet-5
      selfstarter config set search tavily ddgs
      selfstarter config explain mode

    Defaults < your file < the project's file (.selfstarter/config.toml, which can only ask for
    less) < environment (SELFSTARTER_MODEL=…) < options of a command. Keys lie elsewhere:
    `selfstarter auth`.
    """


@command.command()
@click.argument("name")
@workspace
def get(name: str, workspace: Path | None) -> None:
    """Print the value of NAME that is in force, as JSON.

    \b
      selfstarter config get steps
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.config import explain, setting

    with plainly():
        setting(name)
        found = next(one for one in explain({}, workspace) if one.setting.name == name)
    click.echo(written(found.value))


@command.command("set")
@click.argument("name")
@click.argument("value", nargs=-1, required=True)
def set_(name: str, value: tuple[str, ...]) -> None:
    """Write NAME = VALUE into your file; a list takes several values.

    \b
      selfstarter config set steps 120
      selfstarter config set search tavily ddgs
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.config import explain, put

    with plainly():
        path = put(name, value)
        found = next(one for one in explain() if one.setting.name == name)
    click.echo(
        _(
            "{name} = {value} stands in {path}.",
            name=name,
            value=written(found.said[0].value),
            path=path,
        )
    )
    if found.kind != "user file":
        click.echo(
            _(
                "But {place} is stronger: {value}",
                place=found.said[-1].place,
                value=written(found.value),
            ),
            err=True,
        )


@command.command()
@click.argument("name")
def unset(name: str) -> None:
    """Take NAME out of your file: its default holds again. What is no setting goes, too.

    \b
      selfstarter config unset cost_usd
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.config import setting, take_out
    from selfstarter.settings import NAMES

    with plainly():
        there = take_out(name)
    if name not in NAMES:
        click.echo(_("{name} is taken out of your file.", name=name))
        return
    default = written(setting(name).default)
    was = _("is taken out of your file") if there else _("did not stand in your file")
    click.echo(_("{name} {was}; its default is {default}.", name=name, was=was, default=default))


@command.command()
def edit() -> None:
    """Open your file in the editor that VISUAL or EDITOR names.

    A draft is edited: what is wrong with it is said, and your file stays as it was until it is
    right.
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.config import begun_edit
    from selfstarter.core.errors import BadSetting

    with plainly():
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
        if not editor:
            raise BadSetting(
                "No editor is named. Name one, as in: EDITOR=nano selfstarter config edit"
            )
        draft = begun_edit()
        try:
            edited(draft, editor)
        finally:
            draft.unlink(missing_ok=True)


def edited(draft: Path, editor: str) -> None:
    """Until it is right, or the person gives it up. Raises BadSetting: then nothing is changed."""
    from selfstarter.cli.guard import printable
    from selfstarter.config import ended_edit
    from selfstarter.core.errors import BadSetting

    while True:
        click.edit(filename=draft, editor=editor)
        try:
            path = ended_edit(draft)
        except BadSetting as wrong:
            click.echo(printable(in_words(wrong.said)), err=True)
            if once_more():
                continue
            raise BadSetting("Your file of settings stays as it was.") from wrong
        click.echo(_("{path} is in force.", path=path))
        return


def once_more() -> bool:
    try:
        return click.confirm(
            _("Edit it again? If not, all stays as it was"), default=True, err=True
        )
    except click.Abort:  # nobody is there
        return False


@command.command()
def path() -> None:
    """Print where your file lies, whether it is there or not."""
    from selfstarter.settings import config_file

    click.echo(config_file())


@command.command()
def schema() -> None:
    """Print the JSON Schema of the file, for an editor that completes and checks it."""
    from selfstarter.config import schema as found

    click.echo(json.dumps(found(), ensure_ascii=False, indent=2))


@command.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a setting.")
@workspace
def explain(name: str | None, as_json: bool, workspace: Path | None) -> None:
    """Show NAME, or all settings: value, where it comes from, what it means.

    \b
      selfstarter config explain model
      selfstarter config explain -w .
    """
    from dataclasses import asdict

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable, told
    from selfstarter.config import explain as explained
    from selfstarter.config import explained as of_layers
    from selfstarter.config import setting
    from selfstarter.core.errors import BadSetting

    with plainly():
        if name:
            setting(name)
    wrong = None
    try:
        everything = explained({}, workspace)
    except BadSetting as error:
        wrong, everything = error, of_layers(())
        click.echo(told(wrong), err=True)
        click.echo(_("Until that is mended, only the defaults can be shown:"), err=True)
    for one in everything:
        if name not in (None, one.setting.name):
            continue
        if as_json:
            click.echo(as_line(asdict(one)))
        elif name:
            click.echo(printable("\n".join(whole(one))))
        else:
            click.echo(printable(f"{name_and_value(one):<44}  {_(one.kind)}"))
    raise SystemExit(7 if wrong else 0)


def name_and_value(one: "Explained") -> str:
    return f"{one.setting.name:<13} {written(one.value)}"


def whole(one: "Explained") -> list[str]:
    from selfstarter.cli.guard import padded

    def line(label: str, said: str) -> str:
        return f"  {padded(label, 10)} {said}"

    about = one.setting
    came = _("from: {kind}", kind=_(one.kind))
    lines = [f"{about.name} = {written(one.value)}  ({came})", f"  {_(about.does)}"]
    lines.append(line(_("kind"), about.kind))
    lines.append(line(_("default"), written(about.default)))
    lines += [line(_(said.kind), f"{said.place}: {written(said.value)}") for said in one.said]
    flag = f", run {about.flag}" if about.flag else ""
    change = f"selfstarter config set {about.name} …, {about.variable}{flag}"
    lines.append(line(_("change it"), change))
    lowers = _("may lower it") if about.narrows else _("may not set it")
    return [*lines, line(_("a project"), lowers)]


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
