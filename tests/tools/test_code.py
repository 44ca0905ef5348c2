"""What a program's end is told as."""

import asyncio
from typing import cast

import pytest

from selfstarter.core.ports import Ran, Result, Sandbox, Tool
from selfstarter.tools.code import LOST, code_tools

GONE = Ran(1, "Traceback (most recent call last):\nNameError: name 'rows' is not defined\n", "")


class Python:
    """Every cell ends like this."""

    async def python(self, code: str, timeout_s: float) -> Ran:
        return GONE


async def called(run_python: Tool) -> Result:
    return await run_python({"code": "rows"}, "1")


@pytest.mark.parametrize("anew", [True, False])
def test_after_a_resume_it_is_told_that_names_are_gone(anew: bool) -> None:
    run_python, _ = code_tools(cast(Sandbox, Python()), anew)
    result = asyncio.run(called(run_python))
    assert (result.next_action == LOST) == anew
