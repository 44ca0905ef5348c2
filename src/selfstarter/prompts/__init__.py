"""Prompts are files beside this one, so that a diff of a prompt reads as prose."""

from functools import cache
from importlib.resources import files
from string import Template


@cache
def _template(name: str) -> Template:
    return Template((files(__name__) / f"{name}.md").read_text("utf-8").strip())


@cache
def dialogue(name: str) -> tuple[tuple[str, str], ...]:
    """The (role, text) pairs of `name`.md, whose turns begin with `--- role`."""
    text = (files(__name__) / f"{name}.md").read_text("utf-8")
    turns = text.split("--- ")[1:]
    return tuple((role, said.strip()) for role, _, said in (t.partition("\n") for t in turns))


def prompt(name: str, **values: str) -> str:
    """The text of `name`.md with every $hole filled; KeyError if one is not."""
    return _template(name).substitute(values)
