"""What programs find in the sandbox, so that no model has to try it out.

Nothing is run or imported for it: the sandbox has our own Python, and of this machine's programs
those that can be seen in there.
"""

import shutil
import site
import sys
from collections.abc import Callable
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

from selfstarter.sandbox.bubblewrap import SYSTEM, our_python, search_path

PACKAGES = {
    "numpy": "numpy", "pandas": "pandas", "scipy": "scipy", "scikit-learn": "sklearn",
    "matplotlib": "matplotlib", "Pillow": "PIL", "openpyxl": "openpyxl", "XlsxWriter": "xlsxwriter",
    "python-docx": "docx", "pypdf": "pypdf", "lxml": "lxml", "PyYAML": "yaml", "pytest": "pytest",
}  # fmt: skip
"""Those that are often wanted: by name, what is imported."""
PROGRAMS = (
    "git", "gcc", "make", "node", "go", "cargo", "sqlite3", "jq", "pandoc", "soffice",
    "pdftotext", "convert",
)  # fmt: skip
COMES_WITH = {"convert": "identify"}
"""Of a name under which something else may lie: what there is, too, where it is the program."""


@cache
def found_inside() -> str:
    """In one line, as a model reads it."""
    there = [name for name, module in PACKAGES.items() if is_importable(module)]
    there += programs_there(lambda name: is_seen(shutil.which(name, path=search_path())))
    absent = [name for name in (*PACKAGES, *PROGRAMS) if name not in there]
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    return (
        f"Programs run in a sandbox without network, and nothing can be installed: {python};"
        f" there: {', '.join(there) or 'none'}; not there: {', '.join(absent) or 'none'}."
    )


def programs_there(seen: Callable[[str], bool]) -> list[str]:
    return [name for name in PROGRAMS if seen(name) and seen(COMES_WITH.get(name, name))]


def is_importable(module: str) -> bool:
    """From the folders of our Python alone: those of its user and its environment are not seen."""
    spec = PathFinder.find_spec(module, site.getsitepackages())
    return spec is not None and is_seen(spec.origin)


def is_seen(path: str | None) -> bool:
    """A link may lead to what is not."""
    seen = (*SYSTEM, *our_python())
    return path is not None and any(map(Path(path).resolve().is_relative_to, seen))
