"""A text in Markdown that is to be a page."""

from pathlib import Path

import pytest
from plays import laid, needs_sandbox
from small_plays import asked, first_prefix, python, ran

RECIPE = "# Pancakes\n\nMakes **8**.\n\n- 250 g flour\n- 3 eggs\n"
GOAL = "Turn recipe.md into a web page recipe.html with the same content."


def test_the_page_is_rendered_by_the_harness(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"recipe.md": RECIPE})
    names = ran(first_prefix(workspace, home, GOAL), workspace, monkeypatch)
    assert "<h1>Pancakes</h1>" in str(names["body"]) and "<li>3 eggs</li>" in str(names["body"])
    assert names["title"] == "Recipe"


@needs_sandbox
def test_what_renders_it_is_there_in_the_sandbox(workspace: Path, home: Path) -> None:
    laid(workspace, {"recipe.md": RECIPE})
    begun = first_prefix(workspace, home, GOAL).removeprefix("```python\n")
    asked(workspace, home, GOAL, python(f"{begun}\nPath('recipe.html').write_text(body)"))
    assert "<strong>8</strong>" in (workspace / "recipe.html").read_text()


def test_of_two_texts_or_no_page_nothing_is_said(workspace: Path, home: Path) -> None:
    laid(workspace, {"recipe.md": RECIPE, "other.md": RECIPE})
    both = "Turn recipe.md and other.md into a web page recipe.html."
    assert "MarkdownIt" not in first_prefix(workspace, home, both)
    assert "MarkdownIt" not in first_prefix(workspace, home, "Copy recipe.md to new.txt.")
