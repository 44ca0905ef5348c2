"""A short storm, and what would be seen if the journal or the guard of effects failed."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from selfstarter.app import look_up
from selfstarter.core.ports import Result
from selfstarter.evals import storm
from selfstarter.moves import act

LAST = (
    r"storm db=sqlite kills=(\d+) lost=(\d+) repeated=(\d+) rebilled=(\d+) resume_p95_s=\d+\.\d\d"
)


def after(kills: int, seed: int) -> tuple[int, dict[str, int]]:
    """(exit code, what the last line says)."""
    result = CliRunner().invoke(storm.command, ["--kills", str(kills), "--seed", str(seed)])
    found = re.fullmatch(LAST, result.stdout.splitlines()[-1])
    assert found, result.output
    names = ("kills", "lost", "repeated", "rebilled")
    return result.exit_code, dict(zip(names, map(int, found.groups()), strict=True))


def test_fifty_kills_lose_nothing_and_repeat_nothing() -> None:
    code, seen = after(50, seed=7)
    assert code == 0
    assert seen["kills"] >= 50
    assert (seen["lost"], seen["repeated"]) == (0, 0)


def test_an_agent_that_runs_everything_again_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(act.MAX_ATTEMPTS, "irreversible", 9)
    code, seen = after(25, seed=7)
    assert code == 1
    assert seen["repeated"] > 0


def test_calls_that_crashes_cut_short_are_no_circle(tmp_path: Path) -> None:
    """Killed while posting, ten times in a row: it looks, posts again, and is not called stuck."""
    place = storm.Place(tmp_path / "1")
    (place.folder / "workspace").mkdir(parents=True)
    tools = storm.outboxes(place.folder / "outbox")
    crashes = iter(range(10))

    class Crashing(storm.Outbox):
        async def __call__(self, args: Mapping[str, Any], key: str) -> Result:
            if next(crashes, None) is not None:
                raise Killed
            return await super().__call__(args, key)

    given = tools["post"]
    assert isinstance(given, storm.Outbox)
    fields = [getattr(given, name) for name in ("name", "does", "effect", "parameters", "path")]
    tools["post"] = Crashing(*fields)
    for _ in range(11):
        with suppress(Killed):
            place.work("abcd0001", tools)
    outcome, _ = look_up("abcd0001", place.settings)
    assert outcome.ending == "done"
    assert len((place.folder / "outbox").read_text().split()) == storm.LETTERS


class Killed(BaseException):
    """As a crash: nothing of ours catches it."""
