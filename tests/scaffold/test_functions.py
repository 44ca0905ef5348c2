"""A small model mends a program by writing one of its functions anew."""

import ast
from pathlib import Path

import pytest
from small_plays import asked

from selfstarter.core.ports import Request
from selfstarter.scaffold.functions import suspects, with_imports, without_body

STACK = (
    '"""A stack."""\n\n\nclass Stack:\n    def __init__(self):\n        self.items = []\n\n'
    '    def push(self, x):\n        """On top."""\n        self.items.insert(0, x)\n\n'
    "    def top(self):\n        return self.items[0]\n"
)
TEST = (
    "from stack import Stack\n\n\ndef test_last():\n    stack = Stack()\n    stack.push(1)\n"
    "    stack.push(2)\n    assert stack.items == [1, 2]\n"
    "\n\ndef test_top():\n    stack = Stack()\n    stack.items = [1, 2]\n"
    "    assert stack.top() == 2\n"
)
GOAL = "test_stack.py fails: repair stack.py so that it passes."
PUSH = "```python\ndef push(self, x):\n    self.items.append(x)\n```"
TOP = "```python\ndef top(self):\n    return self.items[-1]\n```"


def run(workspace: Path, home: Path, *replies: str) -> list[Request]:
    (workspace / "stack.py").write_text(STACK)
    (workspace / "test_stack.py").write_text(TEST)
    return asked(workspace, home, GOAL, *replies, files="stack.py")


def test_each_function_that_fails_is_written_anew_and_the_rest_stays(
    workspace: Path, home: Path
) -> None:
    first, second = run(workspace, home, PUSH, TOP)[:2]
    text = first.messages[-1].text
    assert "assert [2, 1] == [1, 2]" in text and "def test_last" in text
    assert first.prefix == "```python\ndef push" and "insert" not in text
    assert '"""On top."""\n        ...' in text, "what it is for stays"
    assert "self.items.append(x)" in second.messages[-1].text, "it goes on from the better one"
    assert second.prefix == "```python\ndef top"
    wanted = STACK.replace('"""On top."""\n        self.items.insert(0, x)', "self.items.append(x)")
    assert (workspace / "stack.py").read_text() == wanted.replace("items[0]", "items[-1]")


@pytest.mark.parametrize(
    "reply",
    [
        "```python\ndef push(self, x):\n    self.items.append(x\n```",
        "```python\ndef pull(self, x):\n    pass\n```",
        "```python\npush = None\n```",
    ],
)
def test_what_is_not_the_function_is_not_written(workspace: Path, home: Path, reply: str) -> None:
    run(workspace, home, reply)
    assert (workspace / "stack.py").read_text() == STACK


def test_every_try_is_another(workspace: Path, home: Path) -> None:
    """Each function without its body, as it is, and without it once more, then single lines."""
    names = ("push", "top", "__init__")
    wrong = [f"```python\ndef {n}(self, x=0):\n    {k}\n```" for k in (3, 4, 5) for n in names]
    requests = run(workspace, home, *wrong, "no lines")
    begun = [one.prefix.removeprefix("```python\ndef ") for one in requests[:10]]
    assert begun == [*names] * 3 + [""]
    assert [bool(one.schema) for one in requests[:10]] == [False] * 9 + [True]
    assert "self.items.insert(0, x)" not in requests[0].messages[-1].text
    assert "self.items.insert(0, x)" in requests[3].messages[-1].text
    assert requests[3].temperature > requests[0].temperature


def test_only_fewer_than_ever_is_better(workspace: Path, home: Path) -> None:
    """One that spoils more and the next that spoils less are no reason to begin with the first
    function again."""
    spoilt = "```python\ndef top(self):\n    raise OSError\n```"
    requests = run(workspace, home, PUSH, spoilt.replace("top", "__init__"), spoilt, spoilt, spoilt)
    begun = [one.prefix.removeprefix("```python\ndef ") for one in requests]
    assert begun[0] == "push" and begun[1:4] == ["top", "__init__", "top"]


def test_who_is_named_by_the_tests_that_fail_is_tried_first() -> None:
    text = "def a(): ...\n\ndef b(): ...\n\ndef c(): ...\n"
    tests = ["def test_a():\n    b()\n\ndef test_b():\n    a()\n    assert b() == 1\n", "x ("]
    failure = "exit status 1: > assert b() == 1\nE assert 0 == 1"
    assert [one.name for one in suspects(text, failure, tests)] == ["a", "b"]
    broke = f"{failure}\n> return c_of_all"
    found = suspects(text.replace("c(): ...", "c():\n    return c_of_all"), broke, tests)
    assert [one.name for one in found] == ["a", "c", "b"]
    assert suspects("def a(:", "", tests) == []


def test_a_function_on_one_line_is_shown_whole() -> None:
    text = "def f(x): return x\n"
    (function,) = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    assert without_body(text, function) == text


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("def f(x):\n    return re.sub('a', 'b', x)\n", "import re\n"),
        ('"""Of it."""\n\nx = math.pi\n', '"""Of it."""\n\nimport math\nx = math.pi\n'),
        ("import re\nx = re.compile('a')\n", "import re\nx = re"),
        ("def f(string):\n    return string.upper()\n", "def f(string)"),
        ("x = frob.y\n", "x = frob"),
    ],
)
def test_what_it_uses_of_the_standard_library_is_imported(text: str, whole: str) -> None:
    assert with_imports(text).startswith(whole)
