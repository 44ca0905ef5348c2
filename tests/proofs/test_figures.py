"""Where the figures of a text are from: held, in another form, worked out beside, or nowhere."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest

from selfstarter.proofs.derived import miscounted
from selfstarter.proofs.figures import listed, strays, unmarked
from selfstarter.proofs.held import dates_between, held_in

TRIALS = 1_000
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
        "25 × 12 × (€583.89 − €559.99) = €7,170.00 a year",
        "(55 / 1,210) × 100 = 4.5 %; 1,210 − 1,155 = 55",
        "((25 + 8) × $7 = $231)",
        "25 × $7 + $40 = **$215.00**. So it is **$215**.",
        "8 * 25 = `200` and *8* * *25* = *200*",
        "1,210 − 1,155 = **€55**; 55 / 1,210 = 4.5%",
        "The sum is 231. It is (25 + 8) × 7 = 231.",
        "| 25 × $7 + $40 | $215.00 |",
        "| $215.00 | 25 × $7 + $40 |",
        "25 × $7 + $40 → $215",
        "$215 (= 25 × $7 + $40), **$200** (25 × 8), EUR 136 (= 8 × (EUR 25 − 8))",
        "Nordfab wants €1,210.00. Hollis wants €1,155; it saves 1,210 − 1,155 = €55 (4.5%).",
        "Nordfab wants €1,210.\nHollis, €1,155, saves €55 against 1,210. Take it: €55 (4.5%) less.",
        "We had 48,210 requests. Failed: 1,204 (2.5%).",
        # what counts lines, and what is a name
        "\n".join(f"{n}. A step" for n in range(1, 13)),
        "\n".join(f"## {n}.1 A part" for n in range(1, 12)),
        "\n".join(f"| {n} | a row |" for n in range(1, 12)),
        "HTTP 404 under Python 3.12, one of the top 10.",
        "It is in a.sha256, base64, UTF-16, SHA-256, ISO 8601, RFC 3339, at port 443.",
        "nginx answers 502, and the API returns a 413; the proxy got 504 errors.",
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
        ("Invoice INV1042 of EUR999, port 8443", ["1042", "999", "8443"]),
        ("The query returns 502. The API returns 413 rows.", ["502", "413"]),
        ("nginx returns 57, 500 €, 502 requests", ["57", "500", "502"]),
        ("25 × ($7 + $41) = $1,200", ["41", "1,200"]),
        ("25 × ($7 + $40) = $1,176", ["1,176"]),
        ("= **$999** (25 × $7)", ["999"]),
        ("| 25 × $7 | $999 |", ["999"]),
        ("Hollis wants €1,155.\n\nIt saves €40 (3.5%).", ["3.5"]),
    ],
)
def test_what_is_from_nowhere_is_one_as_it_is_written(text: str, stray: list[str]) -> None:
    assert strays(text, held_in(HELD)) == stray


WRITTEN = """753094.00 in all, 146906 rows of 900000; 12 bags of 100 g, 7 EUR,
1\xa0204\xa0311 units"""


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        *((f"It is 753{apart}094.00 in all.", []) for apart in " \xa0\u202f\u2009'\u2019"),
        *((f"It is 753{apart}095.00 in all.", [f"753{apart}095.00"]) for apart in " \xa0'"),
        ("It is 753 094,00 €, of 146 906 and 900 000 rows.", []),
        ("We have 12 100 g bags.", []),
        ("12 100 g bags weigh 1200 g.", []),
        ("We have 13 100 g bags.", ["13 100"]),
        ("It is 1,204,311 or 1 204 311.", []),
        ("146 906 × 7 = 1 028 342 EUR", []),
        ("146 906 × 7 = 1 028 343 EUR", ["1 028 343"]),
        ("146 906 and 900 000 are 1 046 906 together.", []),
        ("146 906 and 900 000 are 1 046 907 together.", ["1 046 907"]),
        ("753\xa0095 and 147\xa0906: 147\xa0906", ["753\xa0095", "147\xa0906"]),
        ("Some 0.9 million, 147k rows, 146.9 thousand, €0.75 million, 1.2 million units", []),
        ("0.7 million, 148k rows, 146.8 thousand, 1.3\xa0bn", ["0.7", "148", "146.8", "1.3"]),
        ("147kg, 147 km", ["147"]),
        ("147k of 900k is 16.3 %.", []),
        ("147k of 900k is 17.3 %.", ["17.3"]),
    ],
)
def test_a_number_may_be_grouped_or_shortened(text: str, stray: list[str]) -> None:
    assert strays(text, held_in(WRITTEN)) == stray


def test_what_two_blanks_part_in_a_source_is_no_number() -> None:
    assert strays("There are 100200 rows.", held_in("100 200")) == ["100200"]


PLAN = "The plan is 12.40 EUR a month without VAT (25 %); 3 machines, a term of 36 months"


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("12.40 EUR × 3 machines × 36 months × 1.25 VAT = 1,674.00 EUR", []),
        ("12.40 × 3 × 36 × 1.25 = 1,674.00 EUR with 25 % VAT", []),
        ("12.40 × 125 % × 3 × 12 = 558.00; 12.40 × 0.25 × 12 = 37.20", []),
        ("12.40 × (1 + 25 %) = 15.50; 15.50 × 3 × 36 = 1,674.00", []),
        ("12.40 × (1 + 0.25) × 3 = 46.50 and 3 × 12.40 × (100 % + 25 % VAT) = 46.50", []),
        ("12.40 × 0.75 × 3 = 27.90; 12.40 × (1 − 25 %) × 3 = 27.90; 12.40 / 1.25 = 9.92", []),
        ("12.40 × 3 × 1.25 (with 25 % VAT) = 46.50", []),
        ("12.40 × 3 × 1.35 = 50.22", ["1.35", "50.22"]),
        ("12.40 × 3 × (1 + 35 %) = 50.22", ["35", "50.22"]),
        ("12.40 × 3 × 1.36 = 50.59 for 36 months", ["1.36", "50.59"]),
        ("36 + 1.25 = 37.25", ["1.25", "37.25"]),
        ("12.40 × (1 + 25 %) = 15.50, and 36 + 1 = 37", ["37"]),
        ("36 × (1 + 25 % × 3) = 63.00", ["63.00"]),
        ("36 × 1 + 25 % × 3 = 36.75", ["36.75"]),
        ("12.40 × 3 × 12 (for 3 machines) = 446.40", []),
        ("12.40 × 3 × 12 (for 3 machines) = 446.80", ["446.80"]),
    ],
)
def test_a_share_that_is_held_may_be_put_on_or_taken_off(text: str, stray: list[str]) -> None:
    assert strays(text, held_in(PLAN)) == stray


ABROAD = """年用量约 2.4万件，预算 48万元，单价 17.20 元/件，每批 2000 件；金额(万元) 6.50
Menge 12.500 Stück zu 1.984,50 EUR je Tausend, Umsatz 3.200.000 €, Anteil 0,125, Kurs 8,20
revenue of $1.2 million, 147k rows, 2,000,000 users"""


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        # a scale, in the source or in the text
        ("24000 件, 24,000 件, 2.4 万件, 预算480000元", []),
        ("2400 件, 240000 件, 2.4千万件, 预算48亿元", ["2400", "240000", "2.4", "48"]),
        ("$1,200,000, 147,000 rows, 2 million users", []),
        ("$1.2 billion, 147 million rows, 1,470,000 rows", ["1.2", "147", "1,470,000"]),
        ("6.50 万元", []),
        ("3,2 Mio. €, 3.2 million, 3200 Tsd. €, 0,0032 Mrd. €", []),
        ("3,3 Mio. €, 3,2 Mrd. €, 320 Tsd. €", ["3,3", "3,2", "320"]),
        ("$1.2 million and 2.0 million are 3.2 million together.", []),
        ("$1.2 million and 2.0 million are 3.4 million together.", ["3.4"]),
        # worked out
        ("17.20 元 × 24000 件 = 41.28 万元", []),
        ("17.20元×2.4万件=41.28万元", []),
        ("全年 17.20 × 24000 = 412800 元（41.28 万元）。共 41.28 万元。", []),
        ("约 41.28 万元（17.20 × 24000）", []),
        ("比预算低 48 − 41.28 = 6.72 万元,17.20 元 × 2.4 万件 = 41.28 万元", []),
        ("48 万元 ÷ 2.4 万件 = 20.00 元/件", []),
        ("17.20 元 × 24000 件 = 42.28 万元", ["42.28"]),
        ("17.20 元 × 24000 件 = 41.28 亿元", ["41.28"]),
        ("17.20 元 × 24000 件 = 412800 万元", ["412800"]),
        ("3,2 Mio. € / 12.500 Stück = 256 €", []),
        ("3,2 Mio. € / 12.500 Stück = 266 €", ["266"]),
        # points between thousands, a comma before the fraction
        ("1984.50, 1.984,50 and 1,984.50", []),
        ("1884.50, 1.884,50 and 1,884.50", ["1884.50", "1.884,50", "1,884.50"]),
        ("12500, 12,500 and 12.500 at 0.125, 0,125 and 8.2", []),
        ("12501, 12,501 and 12.501 at 0,126", ["12501", "12,501", "12.501", "0,126"]),
        ("12.500 × 8,20 € = 102.500 €, 12.500 × 8,20 = 102.500,00", []),
        ("12.500 × 8,20 € = 103.500 €", ["103.500"]),
        ("1.984,50 / 1000 × 8,20 = 16,273", []),
        ("1.984,50 / 1000 × 8,20 = 16.273", []),
        ("1.984,50 / 1000 × 8,20 = 16,373", ["1000", "16,373"]),
    ],
)
def test_numbers_may_be_written_as_elsewhere(text: str, stray: list[str]) -> None:
    assert strays(text, held_in(ABROAD)) == stray


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("17.20 元 × 24000 件 = 41.28 万元", False),
        ("17.20 元 × 2.4 万件 = 41.28 万元", False),
        ("17.20 × 2.4 = 41.28 万元", False),
        ("48 − 41.28 = 6.72 万元", False),
        ("3,2 Mio. € − 1,1 Mio. € = 2,1 Mio. €", False),
        ("147k × 2 = 294k, 2 × 500 g = 1 kg", False),
        ("17.20 元 × 24000 件 = 41.29 万元", True),
        ("17.20 元 × 24000 件 = 41.28 亿元", True),
        ("17.20 元 × 24000 件 = 412800 万元", True),
        ("17.20 元 × 24000 件 = 41.28 元", True),
        ("3,2 Mio. € − 1,1 Mio. € = 2,2 Mio. €", True),
        ("147k × 2 = 295k", True),
    ],
)
def test_a_sum_may_come_to_another_scale_and_not_to_a_wrong_one(text: str, wrong: bool) -> None:
    assert bool([*miscounted(text)]) == wrong


ON_DAYS = """M1502;09.11.2025 07:46;598,30
M1300;21.11.2025 20:31;99 on 2025-10-27, 10月30日, 2025-12-07, 7.12"""


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("am 09.11., ersetzt am 21.11, und 9.11. (am 09.11.25)", []),
        ("11/09, 09/11 and 11/21/25", []),
        ("2025 年 11 月 9 日, 11月21日, 2025年11月, 10月30号, 10 月 27 日", []),
        ("am 10.11., 20.11 und 11.09.", ["10.11", "20.11", "11.09"]),
        ("am 09.11.24, 11/22", ["09.11.24", "11", "22"]),
        (
            "2025 年 11 月 10 日, 11月22日, 2026年11月",
            ["2025 年 11 月 10 日", "11月22日", "2026年11月"],
        ),
        ("It costs 9.11 €, 21.11 EUR or 21,11.", ["9.11", "21.11", "21,11"]),
        ("7.12 + 7.12 = 14.24", []),
    ],
)
def test_a_day_may_be_cut_short(text: str, stray: list[str]) -> None:
    assert strays(text, held_in(ON_DAYS)) == stray


def test_a_day_on_which_the_run_was_at_work_needs_no_source() -> None:
    days = dates_between(NOVEMBER, NOVEMBER + 86_400)
    assert strays("Read on 2026-11-30 and 1 December 2026, in 2026.", days) == []
    assert strays("Read on 2026-12-13.", days) == ["2026-12-13"]


def test_a_number_that_counts_lines_follows_on_those_before_it() -> None:
    assert unmarked("1. a\n2. b\n57. c") == "  a\n  b\n57. c"


def test_so_many_strays_are_named_and_the_others_counted() -> None:
    assert listed(["57"], "is", "are") == "57 is"
    assert listed([str(n) for n in range(20, 34)], "is", "are") == (
        "20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 and 2 more are"
    )


@pytest.mark.parametrize("apart", ["\n", "\n\n"])
@pytest.mark.parametrize(
    ("made", "by_chance"), [("{:.0f}", 0.02), ("{:,.2f}", 0.02), ("{:.1f} %", 0.05)]
)
def test_an_invented_number_is_hardly_explained_by_chance(
    made: str, by_chance: float, apart: str
) -> None:
    """Of three digits or more, in a text as one writes it. Of percentages there are few."""
    random, explained = Random(7), 0
    for _ in range(TRIALS):
        prices = [f"{random.uniform(100, 9_000):.2f}" for _ in range(8)]
        counts = [str(random.randint(11, 400)) for _ in range(4)]
        top = 100 if "%" in made else 9_000
        invented = made.format(random.uniform(top / 10, top))
        offers = "\n".join(f"- Offer {n} costs €{price}." for n, price in enumerate(prices))
        claim = f"For {counts[0]} users **€{prices[0]}** is better: it is {invented}."
        text = f"{offers}{apart}We are {counts[1]} in all, of {counts[2]}. {claim}"
        explained += not strays(text, held_in(" ".join([*prices, *counts])))
    assert explained <= TRIALS * by_chance, explained


Invent = Callable[[Random], str]


def german(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def survey(random: Random) -> str:
    """German, with a semicolon between its cells."""
    rows = ((n, random.uniform(1, 5), random.uniform(10, 9_000)) for n in range(60))
    return "\n".join(f"M{n};{german(mean)};{german(cost)}" for n, mean, cost in rows)


def counts(random: Random) -> str:
    """A pair of cells looks like a fraction, as Germans write it."""
    rows = ((random.randint(10, 999), random.randint(10, 99)) for _ in range(200))
    return "\n".join(f"name,{one},{other},x" for one, other in rows)


def measured(random: Random) -> str:
    """Three decimals look like thousands, as Germans write them."""
    return "\n".join(f"s{n} {random.uniform(1.1, 90):.3f} mm" for n in range(300))


def offers(random: Random) -> str:
    return "。".join(
        f"报价{random.uniform(10, 99):.2f}元/件,年用量{random.uniform(1, 9):.2f}万件"
        for _ in range(8)
    )


def decimals(random: Random) -> str:
    return f"{random.uniform(10, 99):.2f}"


def thousands(random: Random) -> str:
    return f"{random.randint(10_000, 99_000):,}"


def in_ten_thousands(random: Random) -> str:
    return f"{decimals(random)}万"


def in_german(made: Invent) -> Invent:
    return lambda random: made(random).translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize(
    ("source", "invented"),
    [
        (survey, in_german(decimals)),
        (survey, in_german(thousands)),
        (survey, thousands),
        (counts, decimals),
        (counts, in_german(decimals)),
        (counts, thousands),
        (measured, thousands),
        (measured, in_german(thousands)),
        (offers, in_ten_thousands),
        (offers, thousands),
    ],
)
def test_nor_is_one_that_may_be_read_in_two_ways(source: Invent, invented: Invent) -> None:
    random, explained = Random(7), 0
    for _ in range(TRIALS // 5):
        held = held_in(source(random))
        explained += not strays(f"In all it is {invented(random)} of them.", held)
    assert explained <= TRIALS // 5 * 0.02, explained


@pytest.mark.parametrize(
    ("said", "strange"),
    [
        ("locked at 18:30:06.123", []),
        ("locked at 2026-10-13T18:30:06.123Z", []),
        ("locked at 18:30:06", []),
        ("slow from 20:00:01.250 on", []),
        ("locked at 18:30:06.124", ["18:30:06.124"]),
        ("locked at 18:30:07.123", ["18:30:07.123"]),
    ],
)
def test_fractions_of_a_second_are_a_part_of_the_time(said: str, strange: list[str]) -> None:
    log = "2026-10-13 18:30:06.123 UTC waits for a lock\n2026-10-13 20:00:01,250 INFO slow"
    assert strays(said, held_in(log)) == strange
