"""`selfstarter recipes`."""

import click


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a recipe.")
def command(name: str | None, as_json: bool) -> None:
    """List goals that come ready to use; or show NAME: its parameters, its goal, its checks.

    Your own are TOML files in the folder `recipes` beside your settings (docs/recipes.md).

    \b
      selfstarter recipes
      selfstarter recipes clean-table
      selfstarter run --recipe clean-table file=orders.csv
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable
    from selfstarter.recipes.recipe import Recipe, recipe, recipes

    with plainly():
        found = {one: recipe(one) for one in ([name] if name else recipes())}

    def whole(name: str, one: Recipe) -> str:
        lines = [f"{name}: {one.title}", one.does, ""]
        for key, parameter in one.parameters.items():
            default = "needed" if parameter.default is None else f"default: {parameter.default!r}"
            lines.append(f"  {key:<10} {parameter.does} ({default})")
        lines += ["", one.goal.strip(), "", "Done when"]
        return "\n".join([*lines, *(f"  {check.get('text', '')}" for check in one.checks)])

    for key, one in found.items():
        if as_json:
            click.echo(as_line({"name": key, **one.model_dump(mode="json")}))
        elif name:
            click.echo(printable(whole(key, one)))
        else:
            click.echo(printable(f"{key:<22} {one.does}"))
