"""Results as a person and as a machine read them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import sqrt

from selfstarter.evals.running import Result

Z95 = 1.96
HEAD = "| task | passed | ending | steps | calls | tokens | seconds |"
RULE = "| --- | --- | --- | ---: | ---: | ---: | ---: |"


def progress(result: Result, number: int, total: int) -> str:
    """One line, for a log."""
    mark = "passed" if result.passed else "FALSE DONE" if result.false_done else "not passed"
    why = "" if result.passed else f"  {' '.join(result.reason.split())[:120]}"
    return (
        f"[{number:>{len(str(total))}}/{total}] {result.task:<22} {mark:<10}"
        f" {result.ending or 'broken':<13} {result.steps:>2} steps {result.calls:>3} calls"
        f" {result.tokens:>7,} tokens {result.seconds:>6.1f} s{why}"
    )


def markdown(name: str, model: str, results: Sequence[Result]) -> str:
    """A row per task, and below what was wrong; with several attempts a rate with its interval."""
    grouped: dict[str, list[Result]] = {}
    for result in results:
        grouped.setdefault(result.task, []).append(result)
    several = any(len(group) > 1 for group in grouped.values())
    lines = [f"# {name}: {model}", "", HEAD, RULE]
    lines += [row(group) for group in grouped.values()]
    passed = sum(result.passed for result in results)
    false_done = sum(result.false_done for result in results)
    lines += ["", f"{passed} of {len(results)} passed, {false_done} falsely done."]
    if several:
        low, high = wilson(passed, len(results))
        lines.append(
            f"Pass rate {passed / len(results):.0%}, Wilson 95 % interval {low:.0%} to {high:.0%}."
            " Attempts at one task resemble one another, so the true uncertainty is wider."
        )
    if wrong := [result for result in results if not result.passed]:
        lines += ["", "What was wrong:", ""]
        lines += [f"- {r.task}: {' '.join(r.reason.split())[:300]}" for r in wrong]
    return "\n".join(lines) + "\n"


def row(group: Sequence[Result]) -> str:
    """Means over the attempts."""
    n = len(group)
    endings = ", ".join(dict.fromkeys(result.ending or "broken" for result in group))
    passed = sum(result.passed for result in group)
    mark = f"{passed}/{n}" if n > 1 else "yes" if passed else "no"
    false_done = " (falsely)" if any(result.false_done for result in group) else ""
    return (
        f"| {group[0].task} | {mark} | {endings}{false_done}"
        f" | {sum(r.steps for r in group) / n:.0f} | {sum(r.calls for r in group) / n:.0f}"
        f" | {sum(r.tokens for r in group) / n:,.0f} | {sum(r.seconds for r in group) / n:.0f} |"
    )


def wilson(passed: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a rate (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    rate, z2 = passed / total, Z95 * Z95
    middle = (rate + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * sqrt(rate * (1 - rate) / total + z2 / (4 * total * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def last_line(name: str, results: Sequence[Result]) -> str:
    """`smoke pass=9/14 false_done=1 tokens_per_solved=5210`.

    Tokens of all runs by the number of runs that passed; 0 where none did.
    """
    passed = sum(result.passed for result in results)
    false_done = sum(result.false_done for result in results)
    each = round(sum(result.tokens for result in results) / passed) if passed else 0
    return f"{name} pass={passed}/{len(results)} false_done={false_done} tokens_per_solved={each}"


def as_json(name: str, model: str, results: Sequence[Result]) -> str:
    rows = [asdict(r) | {"tokens": r.tokens, "false_done": r.false_done} for r in results]
    return json.dumps({"set": name, "model": model, "results": rows}, indent=2) + "\n"
