"""Weights of the ranker, learnt from questions whose evidence is known.

The chance that an answer is told from the candidates that are none is a softmax of their sums
(conditional logit, each piece of evidence against all that is no evidence). That has one optimum,
which Newton's method finds in a dozen steps: nothing but numpy, and the same bytes each time.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from bench.memory.recalled import Seen
from numpy.typing import NDArray

from selfstarter.memory.features import NAMES

STEPS = 30
CLOSE = 1e-6
PULL = 3e-3
"""Towards 0, per square of a weight: keeps those small that the data cannot tell apart."""

Wide = NDArray[np.float64]


def fit(every: Sequence[Seen], pull: float = PULL) -> dict[str, float]:
    """Questions count alike, however many pieces of evidence they have."""
    told = [one for one in every if one.answers.any() and not one.answers.all()]
    if not told:
        raise ValueError("No question has evidence among its candidates: nothing to learn from.")
    weights = np.zeros(len(NAMES))
    for _ in range(STEPS):
        slope, bend = pull * weights, pull * np.eye(len(NAMES))
        for one in told:
            more_slope, more_bend = of_question(one, weights)
            slope += more_slope / len(told)
            bend += more_bend / len(told)
        step = np.linalg.solve(bend, slope)
        weights -= step / max(1.0, float(np.abs(step).max()))  # far off, go slowly
        if np.abs(step).max() < CLOSE:
            break
    return {name: round(float(w), 3) for name, w in zip(NAMES, weights, strict=True)}


def of_question(one: Seen, weights: Wide) -> tuple[Wide, Wide]:
    """First and second derivative of the loss."""
    features = one.features.astype(np.float64)
    sums = features @ weights
    power = np.exp(sums - sums.max())
    rest, wrong = ~one.answers, power[~one.answers]
    slope, bend = np.zeros(len(weights)), np.zeros((len(weights), len(weights)))
    answers = np.flatnonzero(one.answers)
    for row in answers:
        some = np.concatenate([features[row : row + 1], features[rest]])
        chance = np.concatenate([power[row : row + 1], wrong])
        chance /= chance.sum()
        middle = chance @ some
        slope += middle - features[row]
        bend += (some * chance[:, None]).T @ some - np.outer(middle, middle)
    return slope / len(answers), bend / len(answers)


def shown(weights: Mapping[str, float]) -> str:
    """As it stands in memory/weights.py."""
    return "\n".join(f'    "{name}": {weight},' for name, weight in weights.items())
