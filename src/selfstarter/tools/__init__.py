"""What the agent can do: one file per tool, and `define` makes a tool of a function."""

from selfstarter.core.ports import Sandbox, Tool
from selfstarter.tools.code import code_tools
from selfstarter.tools.files import file_tools
from selfstarter.tools.spill import Spill, read_result_of, spilling
from selfstarter.tools.watched import WatchedFiles


def all_tools(files: WatchedFiles, sandbox: Sandbox, spill: Spill) -> dict[str, Tool]:
    tools = (*code_tools(sandbox), *file_tools(files), read_result_of(spill))
    return {tool.name: spilling(tool, spill) for tool in tools}
