"""What the work is judged by and may not change: the tests, and what tells pytest how to run them.

A project's file may hold settings of pytest beside others, which are free to change. So the part
that is pytest's is protected under a name of its own: `pyproject.toml [pytest]`.
"""

import configparser
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from selfstarter.core.contract import Contract, Criterion, TestsPass
from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.requirements import TESTS

OF_PYTEST = " [pytest]"
ITS_OWN = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini")
SECTIONS = {"pyproject.toml": "pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}
"""Of the files that pytest shares with other programs."""


def protected(
    criteria: Iterable[Criterion], existing: Mapping[str, str], goal: str, hands: Hands
) -> tuple[tuple[str, str], ...]:
    """Digests of the tests that a criterion runs and of what pytest obeys: an agent may not edit
    its own exam, nor make up the files that say what to skip. A file that the goal names is free;
    who writes the tests too may say how they are run."""
    ran = [c.check.path for c in criteria if isinstance(c.check, TestsPass)]
    exam = [path for path in existing if TESTS.search(path)]
    if not ran or not exam:
        return ()
    told = {f"{folder}conftest.py" for path in exam for folder in folders_above(path)}
    for folder in {folder for path in ran for folder in folders_above(f"{path}/.")}:
        told |= {folder + name for name in ITS_OWN}
        told |= {folder + name + OF_PYTEST for name in SECTIONS}
    free = [path for path in told if path.rpartition("/")[2].removesuffix(OF_PYTEST) in goal]
    paths = [*exam, *sorted(told.difference(free))]
    return tuple((path, digest_of(path, hands)) for path in paths)


def edited_exam(contract: Contract, state: State, hands: Hands) -> str:
    """The names of what is given and is not as it was. What was missing a person may have added."""
    made = state.ledger.artefacts
    return ", ".join(
        path
        for path, sha in contract.protects
        if (sha or path.removesuffix(OF_PYTEST) in made) and digest_of(path, hands) != sha
    )


def folders_above(path: str) -> Iterator[str]:
    """`a/b/test_c.py` -> "", "a/", "a/b/"."""
    folder = ""
    yield folder
    for name in path.split("/")[:-1]:
        if name not in ("", "."):
            folder += f"{name}/"
            yield folder


def digest_of(path: str, hands: Hands) -> str:
    shared = path.removesuffix(OF_PYTEST)
    if shared == path:
        return hands.files.digest(path)
    try:
        text = hands.files.read(shared).decode("utf-8", "replace")
    except ToolFailed:
        return ""
    settings = settings_of_pytest(shared.rpartition("/")[2], text)
    return sha256(settings.encode()).hexdigest() if settings else ""


def settings_of_pytest(name: str, text: str) -> str:
    """Empty: none. All of the text, where it cannot be read."""
    try:
        if name.endswith(".toml"):
            tool: Any = tomllib.loads(text).get("tool", {})
            return repr(tool["pytest"]) if "pytest" in tool else ""
        parser = configparser.ConfigParser(interpolation=None, allow_no_value=True, strict=False)
        parser.read_string(text)
        there = parser.has_section(SECTIONS[name])
        return repr(parser.items(SECTIONS[name])) if there else ""
    except (tomllib.TOMLDecodeError, configparser.Error, TypeError, RecursionError):
        return text
