"""A text in Markdown that is to be a page: the rendering is written by the harness. A small model
takes such a text for a list of lines. Pure."""

from selfstarter.core.state import State
from selfstarter.goals.names import files_meant
from selfstarter.texts.words import ending

RENDERED = """from pathlib import Path

from markdown_it import MarkdownIt

text = Path({path!r}).read_text()
body = MarkdownIt("commonmark").enable("table").render(text)  # the text as HTML, all of it
title = {title!r}
"""


def rendered(state: State) -> str:
    """The beginning of such a program; empty: the goal wants no such page, or of several texts."""
    texts = [path for path in files_meant(state.goal, state.found) if ending(path) == "md"]
    if ending(state.file_to_make) not in ("html", "htm") or len(texts) != 1:
        return ""
    name = texts[0].rpartition("/")[2].rpartition(".")[0]
    return RENDERED.format(path=texts[0], title=name.replace("_", " ").replace("-", " ").title())
