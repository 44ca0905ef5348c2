"""Words, numbers and quantities: what is compared without a model."""

import pytest

from selfstarter.texts.words import (
    count_words,
    differ,
    literals,
    meant_in,
    numbers_in,
    quantities,
    stray_number,
    telling,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("costs 1,200.50 a year", {"1200.5", "1", "200.5"}),
        ("Team,monthly,5.90,5,20", {"5.9", "5", "20"}),
        ("4.50 and 4.5", {"4.5"}),
        ("none", set[str]()),
    ],
)
def test_a_number_is_read_in_every_way_it_may_be_meant(text: str, numbers: set[str]) -> None:
    assert numbers <= numbers_in(text)
    assert bool(numbers_in(text)) == bool(numbers)


POINTS = " ".join(f"{n}.500" for n in range(10, 70))


@pytest.mark.parametrize(
    ("text", "numbers", "not_so"),
    [
        ("zu 1.984,50 EUR", {"1984.5"}, {"1.9845"}),
        ("3.200.000 €, 12.500 Stück", {"3200000", "12500", "12.5"}, set[str]()),
        ("M1;3,17;0,125;99", {"3.17", "0.125", "99"}, set[str]()),
        ("a,12,50,b\n12,50\n[12,50]", {"12", "50", "12,50"}, {"12.5", "1250"}),
        ('a,"12,50",b', {"12.5"}, set[str]()),
        ("3.14, 0.500, 1.2.3, 10.128.200.1", {"3.14", "0.5"}, {"314", "500", "123"}),
        (POINTS, {"12.5"}, {"12500"}),
        (f"{POINTS} 1.984,50", {"12.5", "12500"}, set[str]()),
    ],
)
def test_a_source_may_write_as_the_continent_does(
    text: str, numbers: set[str], not_so: set[str]
) -> None:
    assert numbers <= meant_in(text)
    assert not not_so & meant_in(text)


@pytest.mark.parametrize(
    ("said", "held", "stray"),
    [
        ("It costs 1,200 EUR.", "price 1200.00", ""),
        ("It costs 5.40.", "Ferrowick,Team,yearly,5.40,5,20,14", ""),
        ("It has 3 plans.", "no number here", ""),
        ("It costs 12.50.", "price 12.00", "12.50"),
        ("Rated 4.8 by 97 users", "4.8 of 5, 79 users", "97"),
        ("It costs 1984.50, for 12500.", "zu 1.984,50 EUR, 12.500 Stück", ""),
        ("It costs 1985.50.", "zu 1.984,50 EUR, 12.500 Stück", "1985.50"),
    ],
)
def test_a_number_out_of_the_air_is_found(said: str, held: str, stray: str) -> None:
    assert stray_number(said, held) == stray


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("| a - b | **c**, d\n", 7),
        ("控制板外壳，年用量 2.4万件。", 11),
        ("“推荐”：宁波联捷（KX-20）", 7),
        ("カタカナとひらがな", 9),
        ("한국어 문장", 2),
        ("", 0),
    ],
)
def test_of_han_and_kana_each_character_is_a_word(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("unit_price of KX-20", ["unit", "price", "of", "kx", "20"]),
        ("宁波联捷，好 KX20控制板", ["宁波", "波联", "联捷", "好", "kx20", "控制", "制板"]),
        ("größte Lieferzeit", ["größte", "lieferzeit"]),
    ],
)
def test_of_han_and_kana_each_two_are_a_word(text: str, words: list[str]) -> None:
    assert words_of(text) == words
    assert ("联捷" in telling(text)) == ("联捷" in text)


def test_quantities_know_their_unit_and_money_its_period() -> None:
    assert quantities("€3.90 per user per month") == {("money/month", "3.9")}
    assert quantities("$54 per user per year") == {("money/year", "54")}
    assert quantities("usd_per_user_per_month: 4.50") == {("money/month", "4.5")}
    assert {("gb", "10"), ("day", "14")} <= quantities("10 GB for 14 days")


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ("4.80 EUR per month", "€3.90 per user per month", True),
        ("usd_per_user_per_month: 4.50", "$54 per user per year", False),
        ("10 GB", "uploads stopped at 2 GB", True),
        ("10 GB", "14 days", False),
        ("24 hours", "answered within 24 hours, 7 days a week", False),
        ("97% are satisfied", "Satisfied: 68%", True),
    ],
)
def test_texts_differ_where_one_unit_has_no_number_in_common(
    one: str, other: str, result: bool
) -> None:
    assert differ(one, other) is result


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The total is 1,200.50.", "Total: 1200.5", True),
        ("It is /a/b in logs/web-2.log.", "/a/b took longest: logs/web-1.log", False),
        ("/a/b took 31.20 s in web.log", "It is /a/b, 31.2 seconds, in web.log.", True),
        ("The dearest one is Mill with 44.02", "The dearest is Harbour, 44.02", False),
        ("It was made at None and took 0 s", "The answer is 0", False),
        ("INV-2023-2210 is open", "Open is INV-2023-2211", False),
        ("It was on 2024-05-01 at 12:30", "On 2024-05-01, 12:30", True),
    ],
)
def test_two_sentences_say_the_same_where_numbers_paths_codes_and_names_are_the_same(
    one: str, other: str, same: bool
) -> None:
    assert (literals(one) == literals(other)) is same
