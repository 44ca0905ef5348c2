"""Give it a goal; it decides what done means, plans, acts, checks its own work, and stops.

The library is a few names: `await selfstarter.pursue("…")`, `pursue_now` where nothing else is
asynchronous, `resume`, and `tool`, which makes a tool of a function. Importing this does nothing
else.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selfstarter.app import pursue as pursue
    from selfstarter.app import pursue_now as pursue_now
    from selfstarter.app import resume as resume
    from selfstarter.tools.define import tool as tool

__all__ = ["pursue", "pursue_now", "resume", "tool"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Lazy, so that `import selfstarter` costs nothing and starts nothing.
    if name in ("pursue", "pursue_now", "resume"):
        from selfstarter import app

        return getattr(app, name)
    if name == "tool":
        from selfstarter.tools.define import tool

        return tool
    raise AttributeError(name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
