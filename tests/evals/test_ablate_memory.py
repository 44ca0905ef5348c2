"""The ablation of the memory: an honest worker, graders that can fail, and what it shows."""

import asyncio
from pathlib import Path

import pytest

from selfstarter.core.ports import THE_PERSON_SAID, Message, Request
from selfstarter.evals.remembering.command import helps, last_line
from selfstarter.evals.remembering.pairs import PAIRS, RELATED, Pair
from selfstarter.evals.remembering.running import Result, run_pairs
from selfstarter.evals.remembering.worker import Worker

BY_NAME = {pair.name: pair for pair in PAIRS}


@pytest.mark.parametrize("name", ["dates", "port", "stale", "log", "release", "light"])
def test_what_the_first_session_taught_is_there_in_the_second(name: str) -> None:
    results: list[Result] = []
    asyncio.run(run_pairs([BY_NAME[name]], None, "scripted", results.append))
    with_it, without = results
    assert with_it.right and with_it.endings[0] == "done"
    assert not without.recalled
    if BY_NAME[name].kind == "related":
        assert with_it.recalled and not without.right
        assert last_line(results).startswith("ablation related on=1/1 off=0/1")
        assert helps(results)
    else:
        assert without.right
        assert all(told.startswith(THE_PERSON_SAID) for told in with_it.recalled)


def test_an_ablation_that_shows_nothing_or_harm_says_so() -> None:
    def result(pair: Pair, memory: str, right: bool) -> Result:
        return Result(pair, "on" if memory == "on" else "off", right, ("done", "done"), ())

    related, other = PAIRS[0], PAIRS[-1]
    same = [result(related, "on", True), result(related, "off", True)]
    harm = [result(other, "on", False), result(other, "off", True)]
    good = [result(related, "on", True), result(related, "off", False)]
    assert not helps(same) and not helps(good + harm) and helps(good)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_no_grader_is_content_with_an_empty_folder(pair: Pair, tmp_path: Path) -> None:
    assert not pair.right(tmp_path)


def test_a_worker_knows_nothing_but_its_prompt() -> None:
    session = next(pair for pair in RELATED if pair.name == "port").second
    worker = Worker(session.goal, session.work)

    def says(prompt: str) -> str:
        request = Request(messages=(Message("user", prompt),), purpose="choose")
        return str(asyncio.run(worker.complete(request)).calls[0].args["content"])

    assert says("The staging server listens on port 8443.").endswith(":8443\n")
    assert says("Nothing of the kind.").endswith(":443\n")


def test_there_are_ten_of_each() -> None:
    assert [sum(p.kind == kind for p in PAIRS) for kind in ("related", "unrelated")] == [10, 10]
