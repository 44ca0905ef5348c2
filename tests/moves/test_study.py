"""The map and the reduce over long material: what is kept of what a model says. Pure."""

import pytest

from selfstarter.core.contract import Fact
from selfstarter.moves.compose import title
from selfstarter.moves.sections import supported
from selfstarter.moves.study import attributed, by_words, in_parts, line_with, whole
from selfstarter.moves.weigh import chosen

LINES = (
    "# Acme",
    "The Team plan costs 4.80 EUR per user.",
    "plan: Solo; price: 2.60; storage: 1 GB",
    "plan: Team; price: 4.80; storage: 5 GB",
)


@pytest.mark.parametrize(
    ("copied", "line"),
    [
        ("costs 4.80 EUR per user", 1),
        ("price: 2.60", 2),
        ("5 GB", 3),
        ("the Team plan costs 9.90 EUR", -1),
        ("support answers within an hour", -1),
        ("", -1),
    ],
)
def test_only_what_stands_in_the_source_is_kept(copied: str, line: int) -> None:
    assert line_with(copied, LINES) == line


def test_a_statement_under_a_heading_speaks_of_what_the_heading_says() -> None:
    lines = ("# About", "We like bees.", "# Hosting location", "Everything lies in Dublin.")
    assert by_words("hosting location", lines) == [3]
    assert by_words("support", lines) == []


def test_a_statement_is_about_whom_it_names_or_who_was_named_before() -> None:
    lines = ("# News", "Acme is cheap.", "It is slow.", "Bolt is fast.", "Nobody knows.")
    about = attributed(lines, "news.md", ("Acme", "Bolt"))
    assert about["Acme"] == ["Acme is cheap.", "It is slow."]
    assert about["Bolt"] == ["Bolt is fast.", "Nobody knows."]
    named = attributed(lines, "acme-reviews.txt", ("Acme", "Bolt"))
    assert named["Bolt"] == ["Bolt is fast."] and "Nobody knows." in named["Acme"]


def test_parts_hold_every_line_once() -> None:
    lines = [f"line {n} of them" for n in range(50)]
    parts = list(in_parts(lines, 30))
    assert [line for part in parts for line in part] == lines
    assert all(sum(len(line.split()) for line in part) <= 30 for part in parts)


def test_a_reply_that_was_cut_keeps_its_whole_entries() -> None:
    assert whole('{"price": "4.80", "trial": "14 da') == '{"price": "4.80"}'
    assert whole('{"price": "4.80"}') == '{"price": "4.80"}'


def fact(subject: str, value: str, quote: str, source: str) -> Fact:
    return Fact(subject=subject, aspect="price", value=value, quote=quote, source=source)


def test_a_cell_is_the_models_words_only_where_a_statement_holds_them() -> None:
    options = [
        fact("Acme", "", "plan: Team; price: 4.80; storage: 5 GB", "prices.csv"),
        fact("Acme", "€3.90", "Team costs €3.90 per month.", "page.html"),
    ]
    held = chosen("Acme", "price", options, "price: 4.80")
    assert held.fact is not None
    assert (held.fact.value, held.fact.source) == ("4.80", "prices.csv")
    invented = chosen("Acme", "price", options, "12 dollars")
    assert invented.fact is not None and invented.fact.value == "price: 4.80".partition(": ")[2]


def test_sources_with_other_figures_are_named_once_each_and_those_that_agree_never() -> None:
    options = [
        fact("Acme", "10 GB", "Teams have 10 GB of room.", "page.html"),
        fact("Acme", "", "plan: Solo; storage: 2 GB", "prices.csv"),
        fact("Acme", "", "plan: Team; storage: 10 GB", "prices.csv"),
        fact("Acme", "", "It stopped at 2 GB.", "reviews.txt"),
    ]
    found = chosen("Acme", "storage", options, "10 GB of room")
    assert [other.source for other in found.against] == ["reviews.txt"]


def test_a_section_keeps_only_sentences_that_the_facts_bear_out() -> None:
    facts = [
        fact("Acme", "4.80 EUR per user", "q", "a.csv"),
        fact("Bolt", "5.90 EUR per user", "q", "b.csv"),
    ]
    text = (
        "We recommend Acme for 25 people. It costs 4.80 EUR per user, which is under 4.95 a month."
        " It costs 3.10 EUR per user. Bolt is cheaper at 5.90 EUR per user. Acme has many friends."
    )
    assert supported(text, facts, "a choice for 25 people") == (
        "We recommend Acme for 25 people.\n\nIt costs 4.80 EUR per user. [a.csv]"
    )


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (
            "Write a comparison of the banks in data/ to out.md. Cite all.",
            "Comparison of the banks",
        ),
        ("Please write me a report on birds. Put it in r.md", "Report on birds"),
        ("Summarise the interviews as summary.md", "Summarise the interviews"),
    ],
)
def test_the_title_is_what_the_goal_calls_the_work(goal: str, said: str) -> None:
    assert title(goal) == said
