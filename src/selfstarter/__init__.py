"""Give it a goal; it decides what done means, plans, acts, checks its own work, and stops.

The library is one call: `await selfstarter.pursue("…")`. Importing this does nothing else.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selfstarter.app import pursue as pursue

__all__ = ["pursue"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Lazy, so that `import selfstarter` costs nothing and starts nothing.
    if name == "pursue":
        from selfstarter.app import pursue

        return pursue
    raise AttributeError(name)
