"""Tests that a run wrote itself prove nothing where they look at nothing but themselves."""

from pathlib import Path

import pytest
from plays import Reply, finish, needs_sandbox, refusals, worked, write

from selfstarter.proofs.idle_tests import idle

USES = (
    "from shapes import area\n\ndef test_it():\n    assert area(3, 4) == 12\n",
    "import subprocess\n\ndef test_it():\n    subprocess.run(['true'], check=True)\n",
    "def test_it():\n    from shapes import area\n    assert area(1, 1)\n",
    "def test_it(client):\n    assert client.get('/')\n",
    "import shapes\n\nclass TestIt:\n    def test_it(self):\n        assert shapes.area(1, 2)\n",
    "class TestIt(Case):\n    def test_it(self):\n        self.assertEqual(self.app.run(), 0)\n",
    "AREA = __import__('shapes').area\n\ndef test_it():\n    assert AREA(1, 1)\n",
    "def test_it():\n    assert True\n\ndef helper(): ...\n\ndef test_two():\n    helper()\n",
    "no python",
)
IDLE = (
    "def test_it():\n    assert True\n",
    "import pytest\n\n@pytest.mark.parametrize('n, m', [(1, 2)])\ndef test_it(n, m):\n"
    "    assert n + 1 == m\n",
    "import unittest\n\nclass TestIt(unittest.TestCase):\n    def test_it(self):\n"
    "        with self.subTest(1):\n            self.assertEqual(1, 1)\n",
    "import shapes\n\ndef test_it(tmp_path):\n    area = 12\n    assert area == 12\n",
    "def test_it():\n    import pytest\n    with pytest.raises(ValueError):\n"
    "        raise ValueError\n",
)


@pytest.mark.parametrize("text", USES)
def test_what_uses_a_program_is_not_idle(text: str) -> None:
    assert idle(text) == []


@pytest.mark.parametrize("text", IDLE)
def test_what_looks_at_itself_alone_is_idle(text: str) -> None:
    assert [name.rpartition(".")[2] for name in idle(text)] == ["test_it"]


@needs_sandbox
@pytest.mark.parametrize(("tests", "done"), [(USES[0], True), (IDLE[0], False)])
def test_a_run_is_not_done_by_tests_that_look_at_nothing(
    workspace: Path, home: Path, tests: str, done: bool
) -> None:
    tested: Reply = {"kind": "tests_pass"}
    made = write("shapes.py", "def area(w, h):\n    return w * h\n"), write("test_shapes.py", tests)
    goal = "Write shapes.py with a function area, and tests for it"
    told = finish("Both are there.")
    outcome = worked(workspace, home, goal, *made, told, there={}, checks=[tested])
    assert (outcome.ending == "done") == done, outcome.report
    assert done or "test_it" in refusals(outcome)[0]
