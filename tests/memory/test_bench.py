"""The measure of the memory itself: on histories of ours, through its door."""

from collections.abc import Iterator

import numpy as np
import pytest
from bench.memory import learn, made
from bench.memory.__main__ import last_line, main
from bench.memory.history import History, Question
from bench.memory.recalled import Seen, baselines, front_door, mean, reranked, seen, stored

from selfstarter.memory.features import NAMES
from selfstarter.memory.weights import WEIGHTS


@pytest.fixture(scope="module")
def histories() -> list[History]:
    return made.histories(4, seed=3)


@pytest.fixture(scope="module")
def looks(histories: list[History]) -> Iterator[list[Seen]]:
    looks: list[Seen] = []
    for history in histories:
        with stored(history) as memory:
            looks += seen(history, memory)
    yield looks


def test_a_seed_gives_the_same_histories_and_evidence_that_is_there() -> None:
    assert made.histories(4, seed=3) == made.histories(4, seed=3) != made.histories(4, seed=4)
    for history in made.histories(4, seed=3):
        ids = {record.id for record in history.records}
        assert len(history.records) > 50 and len(history.questions) > 15
        assert all(question.evidence <= ids for question in history.questions)
        assert not [r for r in history.records if set(r.text) & set("[]{}|")]


def test_recall_beats_what_is_usual(histories: list[History]) -> None:
    ours, usual = list[float](), dict[str, list[float]]()
    for history in histories:
        with stored(history) as memory:
            ours += [x for some in front_door(history, memory).values() for x in some]
        for name, scores in baselines(history).items():
            usual.setdefault(name, []).extend(x for some in scores.values() for x in some)
    best = max(sum(some) / len(some) for some in usual.values())
    assert set(usual) == {"bm25", "dense", "rrf"}
    assert sum(ours) / len(ours) > best + 0.05


def test_weighing_anew_is_what_recall_does(histories: list[History], looks: list[Seen]) -> None:
    with stored(histories[0]) as memory:
        through = front_door(histories[0], memory)
    count = len(histories[0].questions)
    assert reranked(looks[:count], WEIGHTS) == through


def test_weights_are_learnt_from_evidence(looks: list[Seen]) -> None:
    weights = learn.fit(looks, learn.HAND)
    assert set(weights) == set(NAMES)
    assert mean(reranked(looks, weights)) >= mean(reranked(looks, WEIGHTS)) - 0.02
    assert learn.fit(looks, learn.HAND) == weights


def test_of_two_features_the_one_that_tells_is_weighed() -> None:
    chance = np.random.default_rng(1)
    every: list[Seen] = []
    for _ in range(60):
        features = chance.normal(size=(20, len(NAMES))).astype(np.float32)
        answers = np.zeros(20, bool)
        answers[np.argmax(features[:, 3])] = True
        question = Question("?", "k", frozenset({"1"}))
        every.append(Seen(question, lambda weights: [], features, answers))
    weights = learn.fit(every, learn.NOWHERE, learn.OWN_PULL)
    assert max(weights, key=lambda name: abs(weights[name])) == NAMES[3]


def test_the_last_line_has_one_form() -> None:
    assert last_line({}, {}) == (
        "locomo recall10_zeroshot=- recall10_loco=- bm25=- p95_ms_100k=- p95_ms_1m=-"
    )
    scores = {"zero-shot": {"a": [1.0, 0.5]}, "bm25": {"a": [0.25]}, "one left out": {"b": [0.8]}}
    assert last_line(scores, {}).startswith(
        "locomo recall10_zeroshot=0.75 recall10_loco=0.80 bm25=0.25 "
    )


def test_a_path_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main({"LOCOMO": "no/such.json"}) == 2
    assert "no/such.json is no file" in capsys.readouterr().err
