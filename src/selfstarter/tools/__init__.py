"""What the agent can do: one file per tool, and `define` makes a tool of a function."""

from selfstarter.core.pages import Pages, Search
from selfstarter.core.ports import Sandbox, Tool
from selfstarter.tools.code import code_tools
from selfstarter.tools.files import file_tools
from selfstarter.tools.spill import Spill, read_result_of, spilling
from selfstarter.tools.watched import WatchedFiles
from selfstarter.tools.web import web_tools


def all_tools(
    files: WatchedFiles,
    sandbox: Sandbox,
    spill: Spill,
    pages: Pages | None = None,
    search: Search | None = None,
    anew: bool = False,
) -> dict[str, Tool]:
    """`pages`, `search`: None where the web is not open to this run. `anew`: as in `code_tools`."""
    web = web_tools(pages, search, spill.room)
    ours = (*code_tools(sandbox, anew), *file_tools(files, spill.room), read_result_of(spill))
    return {tool.name: spilling(tool, spill) for tool in (*ours, *web)}
