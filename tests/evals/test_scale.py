"""A fast sample of `make scale` and of `make bench-journal`: that they measure, not what."""

import re

import pytest
from bench import journal, scale


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_workers_and_a_crowd_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert scale.main([2], concurrency=2, rounds=1, at_once=8, latency_s=0.2, db="sqlite") == 0
    found = re.fullmatch(
        r"scale workers=2 efficiency=(\d\.\d\d) at_once=8 mb_per_run=-?\d+\.\d\d"
        r" slowest=(\d+\.\d\d) own_cpu_p95_ms=(\d+\.\d) own_wall_p95_ms=(\d+\.\d)",
        last_line(capsys),
    )
    assert found
    assert 0 < float(found[1]) <= 1, "nobody is faster than the replies"
    assert float(found[2]) >= 1 and float(found[3]) > 0 and float(found[4]) > 0


def test_events_are_weighed_against_the_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEERS", "0")
    for name, value in {"STEPS": 20, "ROUNDS": 1, "LONG": 1_000}.items():
        monkeypatch.setattr(journal, name, value)
    monkeypatch.setattr(journal, "Server", none_here)
    assert journal.main() == 0
    line = last_line(capsys)
    assert "postgres_cpu_x=- postgres_wall_x=- langgraph_cpu_x=- dbos_cpu_x=-" in line
    growth = re.search(r"^bench-journal sqlite_cpu_x=\d.*growth_10k=(\d\.\d\d)$", line)
    assert growth and 1 < float(growth[1]) < 2


def none_here() -> None:
    raise journal.NoPostgres("not in this test")
