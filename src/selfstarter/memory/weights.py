"""What each feature counts (recall.py), and how near is near enough."""

WEIGHTS = {
    "meaning": 0.3,
    "meaning_before": 0.1,
    "meaning_after": 0.1,
    "meaning_window": 0.1,
    "words": 0.6,
    "words_before": 0.1,
    "words_after": 0.0,
    "words_window": 0.4,
    "share": 0.2,
    "share_window": 0.2,
    "near": 0.3,
    "near_window": 0.2,
    "rarest": 0.0,
    "run_best": 0.1,
    "run_top": 0.1,
    "who": 0.8,
    "when": 0.6,
    "date": 0.6,
}
FLOOR = {"meaning": 0.35, "near_window": 0.2}
