"""Tools of the person's own: functions with `@tool` in files that they name, and those of installed
packages (entry points of the group `selfstarter.tools`)."""

import importlib.util
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Tool
from selfstarter.settings import Settings
from selfstarter.tools.define import FunctionTool

GROUP = "selfstarter.tools"


def own_tools(settings: Settings) -> Sequence[Tool]:
    """They run in our own process, with all that the person may do. Raises BadSetting: a file
    cannot be loaded, or holds no tool."""
    found = [tool for name in settings.tools for tool in in_file(Path(name).expanduser())]
    return [*found, *installed()]


def in_file(path: Path) -> Iterator[Tool]:
    spec = importlib.util.spec_from_file_location(f"selfstarter_own_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise BadSetting("`tools` names {path}, which is no Python file.", path=path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # it is the person's program
        raise BadSetting(
            "The tools in {path} cannot be loaded: {kind}: {error}",
            path=path,
            kind=type(error).__name__,
            error=error,
        ) from error
    tools = [value for value in vars(module).values() if isinstance(value, FunctionTool)]
    if not tools:
        raise BadSetting(
            "{path} holds no tool: write @tool above a function (docs/extending.md).", path=path
        )
    yield from tools


def installed() -> Iterator[Tool]:
    for point in entry_points(group=GROUP):
        try:
            loaded = point.load()
        except Exception as error:  # another package's program
            what = f"{point.name} of {point.value}"
            raise BadSetting(
                "The tool {what} cannot be loaded: {error}", what=what, error=error
            ) from error
        if isinstance(loaded, FunctionTool):
            yield loaded
