"""Who may import whom. Read `MAY_IMPORT` as the map of the house (STYLE.md section 2)."""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "src" / "selfstarter"
HANDS = {"models", "tools", "sandbox", "memory", "journal", "mcp", "web"}
DOORS = {
    "app",
    "cases",
    "catalogue",
    "config",
    "doctor",
    "history",
    "keys",
    "listing",
    "past",
    "recipes",
    "remembering",
    "tool_servers",
    "replay",
    "scheduling",
    "steering",
    "settings",
    "core",
    "upkeep",
    "viewing",
    "words",
    "working",
}
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "prompts": set(),
    "texts": {"core"},
    "goals": {"core", "texts"},
    "proofs": {"core", "texts", "goals"},
    "asking": {"core", "prompts", "texts", "goals", "proofs"},
    "scaffold": {"core", "prompts", "texts", "goals", "proofs", "asking"},
    "moves": {"core", "prompts", "texts", "goals", "proofs", "asking", "scaffold"},
    "loop": {"core", "asking", "moves"},
    "cut_off": {"core", "loop"},
    **{hand: {"core"} for hand in HANDS},
    "postgres": {"core"},  # two hands speak with one, and neither with the other
    "markup": {"core"},  # two hands read pages, and neither through the other
    "tools": {"core", "markup"},
    "web": {"core", "markup"},
    "journal": {"core", "postgres"},
    "memory": {"core", "postgres"},
    "words": {"core"},
    "settings": {"core"},
    "config": {"settings", "core", "models"},
    "keys": {"settings", "core"},
    "tool_servers": {"settings", "keys", "core", "mcp", "sandbox", "web"},
    "doctor": {
        "settings",
        "keys",
        "core",
        "models",
        "postgres",
        "sandbox",
        "tool_servers",
        "web",
        "words",
    },
    "own_tools": {"settings", "core", "tools"},
    "catalogue": {
        "own_tools",
        "settings",
        "keys",
        "core",
        "models",
        "sandbox",
        "tool_servers",
        "tools",
        "web",
        "words",
    },
    "listing": {"settings", "journal"},
    "past": {"settings", "core", "journal", "viewing"},
    "upkeep": {"settings", "config", "keys", "core", "doctor", "past", "viewing"},
    "recipes": {"settings", "core"},
    "report": {"core", "words"},
    "history": {"settings", "core", "journal", "keys", "report", "runs", "tools"},
    "steering": {"settings", "core", "report", "journal", "children", "runs"},
    "runs": {"core", "journal", "keys", "models", "settings"},
    "viewing": {"settings", "core", "runs", "journal", "tools"},
    "memories": {"settings", "core", "runs", "journal", "memory", "models", "keys"},
    "remembering": {"settings", "core", "runs", "journal", "memory", "memories"},
    "children": {"core", "journal", "tools", "runs"},
    "engine": {"core", "journal"},
    "schedules": {"core", "journal"},
    "scheduling": {"app", "settings", "core", "runs", "engine", "journal", "schedules"},
    "working": {"app", "settings", "core", "runs", "engine", "scheduling"},
    "tracing": {"core"},
    "replay": {"core", "moves"},
    "cases": {"app", "settings", "core", "keys", "runs"} | HANDS,
    "app": {
        "settings",
        "own_tools",
        "core",
        "keys",
        "memories",
        "tool_servers",
        "history",
        "cut_off",
        "loop",
        "report",
        "runs",
        "children",
        "tracing",
    }
    | HANDS,
    "cli": DOORS | {"server"},  # `serve` and `ui` start it
    "server": DOORS,
    "evals": DOORS,
    "__init__": {"app", "tools"},
    "__main__": {"cli"},
}
CORE_MAY_USE = {"pydantic", "pydantic_core", "rpds"}
NOT_PURE = {
    "asyncio",
    "datetime",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
} | {
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}
FILES = sorted(HOUSE.rglob("*.py"))


def name_of(file: Path) -> str:
    return str(file.relative_to(HOUSE))


def room_of(file: Path) -> str:
    return file.relative_to(HOUSE).parts[0].removesuffix(".py")


def imported_names(tree: ast.AST) -> Iterator[str]:
    """Dotted names of everything that is imported, wherever it stands and however it is written."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield from (f"{module}.{alias.name}" for alias in node.names)
            case ast.ImportFrom():
                raise AssertionError(f"line {node.lineno}: a relative import; write it in full")
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]) if (
                name in ("import_module", "__import__")
            ):
                yield beginning(first)
            case _:
                pass


def beginning(node: ast.expr) -> str:
    """What can be read of a name that is put together when the program runs."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return text
        case _:
            raise AssertionError(f"line {node.lineno}: import by a name that nobody can read")


def imported_rooms(source: str) -> set[str]:
    """The rooms that a file imports from; `app` also for the library's own front door."""
    rooms: set[str] = set()
    for name in imported_names(ast.parse(source)):
        top, _, rest = name.partition(".")
        if top != "selfstarter" or rest == "__version__":
            continue
        room = rest.partition(".")[0]
        rooms.add("app" if room in ("", "pursue", "pursue_now", "resume", "*") else room)
    return rooms


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_room_imports_only_what_the_map_allows(file: Path) -> None:
    room = room_of(file)
    assert room in MAY_IMPORT, "this room is not on the map: draw it in"
    assert imported_rooms(file.read_text("utf-8")) <= MAY_IMPORT[room] | {room}


@pytest.mark.parametrize("file", [f for f in FILES if room_of(f) == "core"], ids=name_of)
def test_the_nouns_know_no_clock_and_no_machine(file: Path) -> None:
    tops = {name.partition(".")[0] for name in imported_names(ast.parse(file.read_text("utf-8")))}
    assert not tops & NOT_PURE
    assert tops <= sys.stdlib_module_names | CORE_MAY_USE | {"selfstarter"}


def test_no_two_files_import_each_other() -> None:
    modules = {module_of(file): file for file in FILES}
    graph = {
        name: {
            known
            for wanted in imported_names(ast.parse(file.read_text("utf-8")))
            for known in (wanted, wanted.rpartition(".")[0])
            if known in modules and known != name
        }
        for name, file in modules.items()
        if name != "selfstarter"  # its import of `app` waits until somebody asks for it
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def module_of(file: Path) -> str:
    parts = ("selfstarter", *file.relative_to(HOUSE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def test_no_two_test_modules_share_a_name() -> None:
    """pytest could not collect them together."""
    names = Counter(file.name for file in Path(__file__).parent.rglob("*.py"))
    names.pop("conftest.py", None)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize(
    "line",
    [
        "import selfstarter",
        "import selfstarter.app",
        "import selfstarter.app as hall",
        "import json, selfstarter.app",
        "from selfstarter import app",
        "from selfstarter import app as hall",
        "from selfstarter import pursue",
        "from selfstarter import *",
        "from selfstarter.app import pursue",
        "def late():\n    from selfstarter.app import pursue",
        "if TYPE_CHECKING:\n    from selfstarter.app import pursue",
        "import importlib\nimportlib.import_module('selfstarter.app')",
        "from importlib import import_module\nimport_module(f'selfstarter.app.{name}')",
        "__import__('selfstarter.app')",
    ],
)
def test_every_way_to_write_a_forbidden_import_is_caught(line: str) -> None:
    assert imported_rooms(line) == {"app"}


@pytest.mark.parametrize(
    "line",
    [
        "from . import ports",
        "from .ports import Model",
        "from ..core import ports",
        "import_module(name)",
    ],
)
def test_an_import_that_cannot_be_read_from_the_page_is_refused(line: str) -> None:
    with pytest.raises(AssertionError):
        imported_rooms(line)


@pytest.mark.parametrize(
    ("line", "rooms"),
    [
        ("import json\nfrom pathlib import Path", set[str]()),
        ("import selfstarterish.app", set[str]()),
        ("from selfstarter import __version__", set[str]()),
        ("from selfstarter.core.ports import Model, Tool", {"core"}),
        ("import selfstarter.core.ports\nfrom selfstarter.moves import act", {"core", "moves"}),
    ],
)
def test_an_honest_import_is_read_as_what_it_is(line: str, rooms: set[str]) -> None:
    assert imported_rooms(line) == rooms
