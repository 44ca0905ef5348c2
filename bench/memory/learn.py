"""Weights of the ranker, learnt from questions whose evidence is known.

The chance that an answer is told from the candidates that are none is a softmax of their sums
(conditional logit, each piece of evidence against all that is no evidence). That has one optimum,
which Newton's method finds in a dozen steps: nothing but numpy, and the same bytes each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from bench.memory import made
from bench.memory.recalled import Seen, seen, stored
from numpy.typing import NDArray

from selfstarter.memory.features import NAMES

STEPS = 40
HALVINGS = 8
CLOSE = 1e-4
PULL = 0.2
"""Towards the weights one had before, per square of the difference: where our histories cannot tell
two features apart, or tell too well for histories of others, the old ones stay."""

HAND: dict[str, float] = {
    **{name: 0.0 for name in NAMES},
    **{"meaning": 0.3, "meaning_before": 0.1, "meaning_after": 0.1, "meaning_window": 0.1},
    **{"words": 0.6, "words_before": 0.1, "words_window": 0.4},
    **{"share": 0.2, "share_window": 0.2, "near": 0.3, "near_window": 0.2},
    **{"run_best": 0.1, "run_top": 0.1, "who": 0.8, "when": 0.6, "date": 0.6},
}
"""Set by hand before anything was learnt."""
NOWHERE: dict[str, float] = {name: 0.0 for name in NAMES}
OWN_PULL = 1e-3
"""Towards nothing, where there are many questions of the very kind that will be asked."""
HELD = ("long", "asks")
"""Stay at 0 in what is shipped: they help in chats and harm with an assistant's long answers. A
person's own history may say which it is."""
LIFTED = {"words": 0.15, "share": 0.15}
"""Added by hand: of records that differ in an identifier only, the one that is named comes first
(series: 96 of 100 before, all after), at a cost of 0.02 where words stray further."""
MADE, SERIES = 32, 8
"""Histories of ours that the shipped weights are learnt from, with seed 1."""

Wide = NDArray[np.float64]


def fit(every: Sequence[Seen], before: Mapping[str, float], pull: float = PULL) -> dict[str, float]:
    """Questions count alike, however many pieces of evidence they have."""
    told = [one for one in every if one.answers.any() and not one.answers.all()]
    if not told:
        raise ValueError("No question has evidence among its candidates: nothing to learn from.")
    home = np.array([before[name] for name in NAMES], np.float64)
    weights = home.copy()
    loss, slope, bend = whole(told, weights, home, pull)
    for _ in range(STEPS):
        step = np.linalg.solve(bend, slope)
        at = weights - step
        new = whole(told, at, home, pull)
        for _ in range(HALVINGS):  # a step too far would climb again
            if new[0] <= loss:
                break
            at = (weights + at) / 2
            new = whole(told, at, home, pull)
        weights, (loss, slope, bend) = at, new
        if np.abs(step).max() < CLOSE:
            break
    return {name: round(float(w), 2) for name, w in zip(NAMES, weights, strict=True)}


def whole(told: Sequence[Seen], weights: Wide, home: Wide, pull: float) -> tuple[float, Wide, Wide]:
    """The loss of all questions and of the distance, and its first and second derivative."""
    off = weights - home
    loss, slope, bend = pull * float(off @ off) / 2, pull * off, pull * np.eye(len(home))
    for one in told:
        more, more_slope, more_bend = of_question(one, weights)
        loss += more / len(told)
        slope = slope + more_slope / len(told)
        bend = bend + more_bend / len(told)
    return loss, slope, bend


def of_question(one: Seen, weights: Wide) -> tuple[float, Wide, Wide]:
    features = one.features.astype(np.float64)
    sums = features @ weights
    power = np.exp(sums - sums.max())
    rest, wrong = features[~one.answers], power[~one.answers]
    loss, slope, bend = 0.0, np.zeros(len(weights)), np.zeros((len(weights), len(weights)))
    answers = np.flatnonzero(one.answers)
    for row in answers:
        some = np.concatenate([features[row : row + 1], rest])
        chance = np.concatenate([power[row : row + 1], wrong])
        chance /= chance.sum()
        middle = chance @ some
        loss -= float(np.log(max(chance[0], 1e-300)))
        slope += middle - features[row]
        bend += (some * chance[:, None]).T @ some - np.outer(middle, middle)
    return loss / len(answers), slope / len(answers), bend / len(answers)


def shown(weights: Mapping[str, float]) -> str:
    """As it stands in memory/weights.py."""
    return "\n".join(f'    "{name}": {weight},' for name, weight in weights.items())


def main() -> None:
    """Learn the weights that are shipped."""
    looks: list[Seen] = []
    histories = [*made.histories(MADE, seed=1), *made.series(SERIES, seed=1)]
    for history in histories:
        with stored(history) as memory:
            looks += seen(history, memory)
    print(f"{len(looks)} questions of {len(histories)} histories")
    weights = fit([without(one, HELD) for one in looks], HAND)
    print(shown({name: round(w + LIFTED.get(name, 0), 2) for name, w in weights.items()}))


def without(one: Seen, names: Sequence[str]) -> Seen:
    """The features `names` say nothing; their weights stay where they were."""
    features = one.features.copy()
    features[:, [NAMES.index(name) for name in names]] = 0
    return replace(one, features=features)


if __name__ == "__main__":
    main()
