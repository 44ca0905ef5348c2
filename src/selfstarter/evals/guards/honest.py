"""Eight patterns of work that repeat something, and rightly so."""

from selfstarter.evals.guards.case import Case, Seen
from selfstarter.evals.guards.replies import (
    ALWAYS,
    Reply,
    call,
    draft,
    finish,
    reads,
    shell,
    writes,
)

RESULT = writes("result.txt", "It went well.\n")
COUNTED = "mkdir -p .git; n=$(($(cat .git/n 2>/dev/null || echo 0) + 1)); echo $n >.git/n\n"
"""The world goes on where the agent does not watch: no file that it knows changes."""
FAILS_THRICE = COUNTED + '[ $n -gt 3 ] || { echo "503 Service Unavailable"; exit 22; }; echo ok\n'
BUILDS = COUNTED + '[ $n -gt 4 ] && echo built || echo "still building"\n'
GROWS = COUNTED + 'for i in $(seq $n); do echo "2026-01-02T03:04:05 step done"; done\n'
POLLS = COUNTED + 'echo "$n of 12 parts are there"\n'
CHECK = "import calc, sys\nsys.exit('7 is wanted' if calc.add(3, 4) != 7 else 0)\n"
WRONG = ("a - b", "a * b", "b - a", "a // b", "a", "b")


def work(name: str, files: dict[str, str], *replies: Reply, steps: int = 60) -> Case:
    scripted = (draft("result.txt"), *ALWAYS, *replies, RESULT, finish("result.txt is written."))
    return Case(name, "Do the work and write result.txt", scripted, files, steps=steps)


def edit_and_test() -> Case:
    tried = [writes("calc.py", f"def add(a, b):\n    return {text}\n") for text in WRONG]
    right = writes("calc.py", "def add(a, b):\n    return a + b\n")
    test = shell("python3 check.py")
    rounds = [step for edit in (*tried, right) for step in (edit, test)]
    return work("edit, test, edit", {"check.py": CHECK}, *rounds)


def batch() -> Case:
    made = [writes(f"out/{n:03}.txt", "converted\n") for n in range(200)]
    return work("batch over 200 files", {}, *made, steps=220)


def search_after_facts() -> Case:
    search = call("search_files", text="owner", pattern="*.md")
    facts = {f"fact{n}.md": f"Fact {n}: {'x' * n}\n" for n in range(6)}
    steps = [step for n in range(6) for step in (reads(f"fact{n}.md"), search)]
    files = {"owners.md": "owner: Ada\n", **facts}
    return work("same search after new facts", files, *steps)


def paging() -> Case:
    text = "".join(f"line {n % 3}\n" for n in range(1_000))
    pages = [reads("big.txt", start=1 + 100 * n, lines=100) for n in range(10)]
    return work("paging through a file", {"big.txt": text}, *pages)


PATTERNS = (
    work("polling, the result changes", {"poll.sh": POLLS}, *[shell("bash poll.sh")] * 12),
    edit_and_test(),
    batch(),
    work("retry after a transient error", {"get.sh": FAILS_THRICE}, *[shell("bash get.sh")] * 4),
    paging(),
    work("growing log", {"log.sh": GROWS}, *[shell("bash log.sh")] * 10),
    search_after_facts(),
    work("waiting for a build", {"built.sh": BUILDS}, *[shell("sleep 1; bash built.sh")] * 5),
)


def flagged(seen: Seen) -> bool:
    """Was the work disturbed, or kept from its end?"""
    return bool(seen.fired) or seen.outcome.ending != "done"
