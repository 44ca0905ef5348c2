"""Where the figures of a text are from: held, in another form, worked out beside, or nowhere."""

from datetime import UTC, datetime

import pytest

from selfstarter.moves.figures import dates_between, held_in, listed, strays, unmarked

HELD = """offers: Nordfab 1210 EUR, Hollis 1155 EUR, extras 583.89 of 559.99, 25 users, $7 and $40,
flock $199, pool 20, due 2027-01-12, began 2026-11-30T02:15:07Z, over at 03:40, 8 workers,
1,204 of 48,210 failed
"""
NOVEMBER = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        # as it stands, or rounded
        "Nordfab wants 1,210 EUR and 1.210,00 EUR.",
        "The extras are 584 EUR.",
        # a day in another form, a time
        "It is due on 12 Jan 2027.",
        "It is due on January 12th, 2027, in January 2027.",
        "Fällig am 12.01.2027, am 12. Januar 2027, 2027年1月12日.",
        "It is due on 12/01/2027 or, as others write, 01/12/2027.",
        "It began at 02:15, that is 2:15:07.",
        "From 02:15 to 03:40 are 85 minutes, 1 h 25 min, 1.4 hours.",
        # what follows from two others
        "Hollis wants EUR 1155, EUR 55 below Nordfab (1210).",
        "- Nordfab: EUR 1210\n- Hollis: EUR 1155, so EUR 55 or 4.5 % below",
        "Of 48,210 requests 1,204 failed, 2.5 %, so 47,006 did not.",
        "8 workers × 20 of the pool are 160.",
        "The extras were 583.89, now 559.99: 23.90 less.",
        # what is worked out where it stands
        "25 users × $7 + $40 = $215 a month. So it is $215.",
        "$199 / 25 = $7.96 a user",
        "25 × $7 × 12 months = $2,100",
        "25 × $7 = $175; $175 + $40 = $215",
        # what counts lines, and what is a name
        "\n".join(f"{n}. A step" for n in range(1, 13)),
        "\n".join(f"## {n}.1 A part" for n in range(1, 12)),
        "\n".join(f"| {n} | a row |" for n in range(1, 12)),
        "HTTP 404 under Python 3.12, one of the top 10.",
    ],
)
def test_what_is_held_or_follows_is_no_stray(text: str) -> None:
    assert strays(text, held_in(HELD)) == []


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("There are 57 rows.", ["57"]),
        ("57. So many rows are there.", ["57"]),
        ("### 57 rows", ["57"]),
        ("It costs $777, or 12.50 with 999 users.", ["777", "12.50", "999"]),
        ("Hollis wants 1,999 EUR.", ["1,999"]),
        ("Hollis wants EUR 1155, EUR 57 below Nordfab (1210).", ["57"]),
        ("Hollis is EUR 55 below Nordfab.", ["55"]),
        ("It is 4.7 % below 1210, for 1155.", ["4.7"]),
        ("25 × $7 + $40 = $225", ["225"]),
        ("111 × $7 = $777", ["111", "777"]),
        ("9 × 111 = 999", ["111", "999"]),
        ("With 4 more than 1155 it is 1159.", ["1159"]),
        ("It is due on 13 Jan 2027.", ["13 Jan 2027"]),
        ("It began at 04:15.", ["04:15"]),
        ("From 02:15 to 03:40 are 95 minutes.", ["95"]),
        ("From 02:15 to 03:51 are 96 minutes.", ["03:51", "96"]),
        ("HTTP 999 and top 500", ["999", "500"]),
    ],
)
def test_what_is_from_nowhere_is_one_as_it_is_written(text: str, stray: list[str]) -> None:
    assert strays(text, held_in(HELD)) == stray


def test_a_day_on_which_the_run_was_at_work_needs_no_source() -> None:
    days = dates_between(NOVEMBER, NOVEMBER + 86_400)
    assert strays("Read on 2026-11-30 and 1 December 2026, in 2026.", days) == []
    assert strays("Read on 2026-12-13.", days) == ["2026-12-13"]


def test_a_number_that_counts_lines_follows_on_those_before_it() -> None:
    assert unmarked("1. a\n2. b\n57. c") == "  a\n  b\n57. c"


def test_so_many_strays_are_named_and_the_others_counted() -> None:
    assert listed(["57"], "is", "are") == "57 is"
    assert listed([str(n) for n in range(20, 30)], "is", "are") == (
        "20, 21, 22, 23, 24, 25, 26, 27 and 2 more are"
    )
