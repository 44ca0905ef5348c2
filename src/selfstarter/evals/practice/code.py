"""Mend and write small programs."""

from selfstarter.evals.graders.programs import program_holds
from selfstarter.evals.graders.texts import untouched
from selfstarter.evals.solving import replaces, says, writes
from selfstarter.evals.task import Task, all_of

# ── a failing test; the module is wrong, not the test ────────────────────────────────────────

SLUG = '''"""Names for web addresses."""

import re


def slug(title: str) -> str:
    """`Hello, World!` becomes `hello-world`."""
    words = re.sub(r"[^a-z0-9]", "-", title.lower())
    return words.strip("-")


def unique(title: str, taken: list[str]) -> str:
    """The slug, or the slug with the first free number from 2: `news`, `news-2`, `news-3`."""
    wanted = slug(title)
    if wanted not in taken:
        return wanted
    number = 1
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
'''
TEST_SLUG = """from slug import slug, unique


def test_words_are_joined_by_single_dashes():
    assert slug("Hello, World!") == "hello-world"
    assert slug("  a -- b  ") == "a-b"


def test_nothing_is_left_of_marks_alone():
    assert slug("?!") == ""


def test_a_taken_slug_gets_a_number_from_2():
    assert unique("News", []) == "news"
    assert unique("News", ["news"]) == "news-2"
    assert unique("News", ["news", "news-2"]) == "news-3"
"""
DASHES, START = ('[^a-z0-9]"', '[^a-z0-9]+"'), ("number = 1", "number = 2")

FIX_SLUG = Task(
    name="fix-slug",
    family="fix",
    goal="Some of the tests in test_slug.py fail. Please fix slug.py so that they all pass. The"
    " tests are right, don't touch them.",
    files={"slug.py": SLUG, "test_slug.py": TEST_SLUG},
    grader=all_of(
        untouched({"test_slug.py": TEST_SLUG}),
        program_holds(
            "import test_slug\n"
            "for name in dir(test_slug):\n"
            "    if name.startswith('test_'): getattr(test_slug, name)()\n"
            "from slug import slug, unique\n"
            "assert slug('Ten  --  Ways (2024)') == 'ten-ways-2024'\n"
            "assert unique('A b', ['a-b', 'a-b-2', 'a-b-3']) == 'a-b-4'\n"
        ),
    ),
    reference=replaces("slug.py", DASHES, START),
    wrong=(
        replaces("slug.py", DASHES),
        replaces("slug.py", START),
        replaces("test_slug.py", ("news-2", "news-1"), ("news-3", "news-2"), ("a-b", "a----b")),
        says("All tests pass now."),
    ),
)

# ── a function from a description ────────────────────────────────────────────────────────────

DURATIONS = """import re


def parse_duration(text):
    match = re.fullmatch(r"(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?", text.strip())
    if not match or not any(match.groups()):
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
"""

DURATION = Task(
    name="parse-duration",
    family="write",
    goal="Write durations.py with a function parse_duration(text) that turns texts like '1h30m',"
    " '45s', '2h' or '1h0m5s' into seconds (an int). For anything it can't read, the empty text"
    " too, it should raise a ValueError.",
    files={},
    grader=program_holds(
        "from durations import parse_duration as p\n"
        "good = {'1h30m': 5400, '45s': 45, '2h': 7200, '1h0m5s': 3605, '90m': 5400, '10h': 36000}\n"
        "for text, seconds in good.items(): assert p(text) == seconds, (text, p(text))\n"
        "assert isinstance(p('2h'), int)\n"
        "for text in ['', 'abc', '5', '1h30', 'h', '1x', '-5s', '1h 3q']:\n"
        "    try: got = p(text)\n"
        "    except ValueError: continue\n"
        "    raise AssertionError(f'{text!r} gave {got!r} instead of a ValueError')\n"
    ),
    reference=writes("durations.py", DURATIONS),
    wrong=(
        writes("durations.py", DURATIONS.replace(" or not any(match.groups())", "")),
        writes("durations.py", DURATIONS.replace("fullmatch", "match")),
        writes("durations.py", DURATIONS.replace("raise ValueError(text)", "return 0")),
        writes("durations.py", DURATIONS.replace("minutes * 60", "minutes")),
    ),
)

TASKS = (FIX_SLUG, DURATION)
