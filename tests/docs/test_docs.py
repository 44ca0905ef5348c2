"""The documentation is complete, and what it shows runs."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import selfstarter
from selfstarter.cli import COMMANDS, cli
from selfstarter.core.errors import PAGE, anchor, kinds
from selfstarter.core.events import EVENT
from selfstarter.recipes.recipe import CHECK, Recipe, filled
from selfstarter.settings import NAMES, load

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("README.md")),
]
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OTHER_PROGRAMS = {"pip", "docker", "rm", "cp", "curl", "eval", "echo", "export", "cd", "git", "npx",
                  "python3", "uvx", "cat", "psql", "pg_dump"}  # fmt: skip
"""Of a shell's snippets; they change the machine or need a network, so they are not run."""


def snippets(*languages: str) -> list[Any]:
    found: list[Any] = []
    for page in PAGES:
        for number, match in enumerate(FENCE.finditer(page.read_text("utf-8")), 1):
            if match[1] in languages:
                name = f"{page.relative_to(ROOT)}-{number}"
                found.append(pytest.param(match[3], match[2], id=name))
    return found


# ── complete ─────────────────────────────────────────────────────────────────────────────────


def tool(name: str) -> Any:
    """A module of tools/."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return __import__(name)
    finally:
        sys.path.pop(0)


@pytest.mark.parametrize("name", ["commands", "settings", "events", "errors", "library"])
def test_the_reference_is_that_of_the_code_of_today(name: str) -> None:
    now = tool("docs").pages()[f"{name}.md"]
    assert (REFERENCE / f"{name}.md").read_text("utf-8") == now, "run: make docs"


def test_every_command_flag_setting_event_error_and_public_name_is_documented() -> None:
    text = {page.stem: page.read_text("utf-8") for page in REFERENCE.glob("*.md")}
    for path, command in walked(cli, "selfstarter"):
        assert f"## {path}\n" in text["commands"]
        for flag in (flag for param in command.params for flag in param.opts if flag[0] == "-"):
            assert flag in text["commands"], flag
    headings = {name: set(re.findall(r"^## (\S+)$", text[name], re.M)) for name in text}
    assert headings["settings"] == set(NAMES)
    assert headings["events"] == set(EVENT.json_schema()["discriminator"]["mapping"])
    assert headings["library"] == set(selfstarter.__all__)
    assert headings["errors"] == {kind.code for kind in kinds()}


def test_every_error_with_a_code_stands_in_the_one_tree() -> None:
    for file in (ROOT / "src" / "selfstarter").rglob("*.py"):
        if re.search(r'^    code = "E\d', file.read_text("utf-8"), re.MULTILINE):
            assert file.name == "errors.py", f"{file}: an error outside core/errors.py"


def test_every_error_has_a_code_of_its_own_and_two_lines_for_the_person() -> None:
    count = len(kinds())
    assert len({kind.code for kind in kinds()}) == len({kind.what for kind in kinds()}) == count
    assert len({kind.fix for kind in kinds()}) == count > 12
    page = (ROOT / PAGE).read_text("utf-8")
    for kind in kinds():
        assert re.fullmatch(r"E\d{3}", kind.code) and "\n" not in kind.what + kind.fix
        assert f"## {anchor(kind).rpartition('#')[2].upper()}\n" in page
        for words in re.findall(r"`selfstarter ([^`]*)`", kind.fix):
            parsed(shlex.split(words.replace("…", "ls")))


def walked(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from walked(inner, f"{path} {name}")


def test_every_command_is_told_of_in_a_page_that_people_read() -> None:
    """The reference is made; a person also meets each command where it is explained."""
    text = "\n".join(p.read_text("utf-8") for p in PAGES if p.parent != REFERENCE)
    assert [name for name in COMMANDS if f"selfstarter {name}" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    for target, place in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", text):
        if "://" not in target:
            found = page.parent / target if target else page
            assert found.exists(), target
            assert not place or place in anchors(found), f"{target}#{place}"


def anchors(page: Path) -> set[str]:
    """Of its headings, as they are made where Markdown is shown."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", text.lower()).strip().replace(" ", "-") for text in headings}


def test_every_page_is_in_the_navigation_once() -> None:
    docs = ROOT / "docs"
    listed = [
        page
        for pages in tool("docs_site").sections().values()
        for one in pages
        for page in one.values()
    ]
    there = [str(page.relative_to(docs)) for page in docs.rglob("*.md")]
    assert sorted(listed) == sorted(page for page in there if page != "index.md")


def test_what_the_tree_was_asked_for_is_still_there() -> None:
    """Tables of `docs/decisions/` whose first column is a question: the files of their rows."""
    named: list[str] = []
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        for table in re.findall(
            r"^\| question \|.*\n(?:\|.*\n)+", page.read_text("utf-8"), re.MULTILINE
        ):
            named += re.findall(r"`([\w./-]+(?:/|\.\w+))`", table)
    places = (ROOT, ROOT / "src" / "selfstarter")
    there = [any((place / name).exists() for place in places) for name in named]
    assert [name for name, is_there in zip(named, there, strict=True) if not is_there] == []
    assert len(named) >= 20


# ── what is shown runs ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_snippet_says_what_it_is_and_text_says_why_it_is_not_run(page: Path) -> None:
    for match in FENCE.finditer(page.read_text("utf-8")):
        assert match[1] in ("python", "sh", "toml", "json", "sql", "text"), match[0][:80]
        assert match[1] != "text" or match[2].strip(" ()"), f"why not run? {match[0][:80]}"


SCRIPT = {
    "replies": [
        {"for": "draft", "json": {"outcome": "There.", "files": ["total.txt"], "assumptions": [],
                                  "document": False}},
        {"for": "plan", "json": {"tasks": [{"title": "Sum"}]}},
        {"for": "wrap_up", "text": "Not all is there."},
        {"call": {"tool": "write_file", "args": {"path": "total.txt", "content": "42"}}},
        {"call": {"tool": "finish", "args": {"summary": "42, in total.txt"}}},
    ]
}  # fmt: skip
"""Does what the goal of the snippets asks for."""


@pytest.mark.parametrize(("code", "why_not"), snippets("python"))
def test_a_snippet_of_python_runs(code: str, why_not: str, tmp_path: Path) -> None:
    """But where its fence says why not: ```python (needs a running server)."""
    if why_not:
        compile(code, "snippet.py", "exec")
        pytest.skip(why_not.strip(" ()"))
    data = tmp_path / "here" / "data"
    data.mkdir(parents=True)
    (data / "orders.csv").write_text("id,amount\n1,40\n2,2\n")
    (tmp_path / "script.json").write_text(json.dumps(SCRIPT))
    (tmp_path / "snippet.py").write_text(code)
    env = {k: v for k, v in os.environ.items() if not k.startswith("SELFSTARTER_")}
    env |= {
        "SELFSTARTER_MODEL": f"scripted:{tmp_path / 'script.json'}",
        "SELFSTARTER_HOME": str(tmp_path / "home"),
        "SELFSTARTER_WEB": "0",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    ran = subprocess.run(
        [sys.executable, "-P", str(tmp_path / "snippet.py")], cwd=tmp_path / "here", env=env,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(("code", "_"), snippets("python"))
def test_an_example_is_under_thirty_lines(code: str, _: str) -> None:
    assert len(code.splitlines()) < 30


@pytest.mark.parametrize(("code", "_"), snippets("sh"))
def test_a_line_of_the_shell_is_a_command_with_options_that_are_there(code: str, _: str) -> None:
    joined = code.replace("\\\n", " ")
    for line in re.split(r"\n| · | \| | && ", joined):
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        if not words:
            continue
        program = words[0].rpartition("/")[2]
        if program == "selfstarter":
            parsed(words[1:])
        elif program == "make":
            targets = (ROOT / "Makefile").read_text("utf-8")
            for word in (w for w in words[1:] if "=" not in w):
                assert re.search(rf"\b{word}\b", targets), line
        else:
            assert program in OTHER_PROGRAMS, line


def parsed(words: list[str]) -> None:
    """Raises click.UsageError: there is no such command or option. Nothing is run."""
    command: click.Command = cli
    context = click.Context(cli, info_name="selfstarter")
    while isinstance(command, click.Group):
        _, words, _ = command.make_parser(context).parse_args(list(words))
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, parent=context, info_name=name)
    with pytest.MonkeyPatch.context() as patch:
        for param in command.params:
            if isinstance(param.type, click.File):  # it need not be there
                patch.setattr(param, "type", click.STRING)
        command.make_parser(context).parse_args(list(words))


@pytest.mark.parametrize(("code", "_"), snippets("toml"))
def test_a_snippet_of_toml_is_what_it_says(code: str, _: str, tmp_path: Path) -> None:
    first = code.splitlines()[0]
    found = tomllib.loads(code)
    if first == "# config.toml":
        (tmp_path / "config.toml").write_text(code)
        load(file=tmp_path / "config.toml", environ={})
    if first.startswith("# recipes/"):
        recipe = Recipe.model_validate(found)
        assert filled(recipe, dict.fromkeys(recipe.parameters, "x")).checks
    assert found


@pytest.mark.parametrize(("code", "_"), snippets("json"))
def test_a_snippet_of_json_is_json(code: str, _: str) -> None:
    json.loads(code)


def test_every_kind_of_check_is_named_where_recipes_are_explained() -> None:
    text = (ROOT / "docs" / "recipes.md").read_text("utf-8")
    for kind in CHECK.json_schema()["discriminator"]["mapping"]:
        assert kind in text or kind == "reproduced", kind  # that one is ours alone
