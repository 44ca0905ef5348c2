"""A short storm, and what would be seen if the journal or the guard of effects failed."""

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from selfstarter.app import look_up
from selfstarter.core.ports import Result
from selfstarter.evals.postgres import Server
from selfstarter.evals.storm import command, weather
from selfstarter.evals.storm.letters import LETTERS, Outbox, outboxes
from selfstarter.evals.storm.place import Place
from selfstarter.moves import act

LAST = r"storm db=(\w+) kills=(\d+) lost=(\d+) repeated=(\d+) rebilled=(\d+) resume_p95_s=\d+\.\d\d"

RUN = "abcd0001"


def after(kills: int, seed: int, *args: str) -> tuple[int, dict[str, int], str]:
    """(exit code, what the last line says, all that is said)."""
    result = CliRunner().invoke(
        command.command, ["--kills", str(kills), "--seed", str(seed), *args], catch_exceptions=False
    )
    found = re.fullmatch(LAST, result.stdout.splitlines()[-1])
    assert found, result.output
    names: list[str] = ["kills", "lost", "repeated", "rebilled"]
    assert found[1] == (args[1] if args else "sqlite")
    seen = dict(zip(names, map(int, found.groups()[1:]), strict=True))
    return result.exit_code, seen, result.output


def test_fifty_kills_lose_nothing_and_repeat_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weather, "WHOLE", 2)
    code, seen, said = after(50, seed=7)
    assert code == 0, said
    assert seen["kills"] >= 50
    assert (seen["lost"], seen["repeated"]) == (0, 0)


def test_kills_of_three_workers_and_of_the_server_lose_and_repeat_nothing(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weather, "RESTART_EVERY", 8)
    monkeypatch.setattr(weather, "WHOLE", 2)
    monkeypatch.setattr(command, "Server", lambda: Server(durable=False))
    code, seen, said = after(20, 7, "--db", "postgres")
    assert code == 0, said
    assert seen["kills"] >= 20
    assert (seen["lost"], seen["repeated"]) == (0, 0)
    assert re.search(r"; [1-9]\d* restarts of the server", said)
    assert "taken over by another worker" in said


@pytest.mark.parametrize("attempts", [1, 9], ids=["as-it-is", "unguarded"])
def test_a_letter_that_is_posted_twice_is_counted(
    tmp_path: Path, attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the effect and its event; an agent without the guard begins it again."""
    monkeypatch.setitem(act.MAX_ATTEMPTS, "irreversible", attempts)
    tally = weather.Tally()
    command.count(crashed(tmp_path, after_effect=True, times=2), tally)
    assert tally.lost == 0
    assert tally.repeated == (0 if attempts == 1 else 2)


def test_calls_that_crashes_cut_short_are_no_circle(tmp_path: Path) -> None:
    """Killed while posting, ten times in a row: it looks, posts again, and is not called stuck."""
    place = crashed(tmp_path, after_effect=False, times=10)
    assert look_up(RUN, place.settings)[0].ending == "done"
    assert len((place.folder / "outbox").read_text().split()) == LETTERS


def test_a_clock_that_jumps_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice, now = Random(7), time.time
    monkeypatch.setattr(time, "time", lambda: now() + dice.uniform(-600, 600))
    tally = weather.Tally()
    place = crashed(tmp_path, after_effect=True, times=3)
    command.count(place, tally)
    assert (tally.lost, tally.repeated, tally.missing, tally.cut_short) == (0, 0, 0, 3)


def crashed(folder: Path, *, after_effect: bool, times: int) -> Place:
    """A run whose process died so often in the middle of posting, and that went on to its end."""
    place = Place(folder / RUN)
    (place.folder / "workspace").mkdir(parents=True)
    tools = outboxes(place.folder / "outbox")
    crashes = iter(range(times))

    class Crashing(Outbox):
        async def __call__(self, args: Mapping[str, Any], key: str) -> Result:
            result = await super().__call__(args, key) if after_effect else None
            if next(crashes, None) is not None:
                raise Killed
            return result or await super().__call__(args, key)

    given = tools["post"]
    assert isinstance(given, Outbox)
    fields = [getattr(given, name) for name in ("name", "does", "effect", "parameters", "path")]
    tools["post"] = Crashing(*fields)
    for _ in range(times + 1):
        with suppress(Killed):
            place.work(tools)
    return place


class Killed(BaseException):
    """As a crash: nothing of ours catches it."""
