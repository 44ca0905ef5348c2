"""What each feature counts (features.py), and how near is near enough.

Learnt by `python -m bench.memory.learn` from histories that this project makes itself (chats of two
friends, chats with an assistant, logs of an agent), with a pull towards weights set by hand;
then `words` and `share` were lifted by hand, so that what is asked for by its name comes first.
No public set was learnt from. What came of it, and how often we looked: docs/memory-measured.md.
"""

WEIGHTS = {
    "meaning": 0.47,
    "meaning_before": 0.03,
    "meaning_after": 0.01,
    "meaning_window": 0.28,
    "words": 0.14,
    "words_before": 0.24,
    "words_after": -0.14,
    "words_window": 0.33,
    "share": 0.23,
    "share_window": 0.31,
    "near": 0.0,
    "near_window": 0.39,
    "share_before": -0.24,
    "share_wide": 0.17,
    "run_best": 0.08,
    "run_top": 0.23,
    "who": 0.92,
    "who_before": -0.09,
    "addressed": -0.22,
    "reply": 0.54,
    "asks": 0.0,
    "long": 0.0,
    "when": 0.72,
    "date": 0.64,
}
FLOOR = {"meaning": 0.35, "near_window": 0.25}
"""Where no candidate has as much of either, nothing is near enough."""
WEAK = {"meaning": 0.2, "near_window": 0.1}
"""Where one has, these are enough for the others: a reply may hold few words of its question."""
