"""A page that is kept in two forms is shown once, where the second holds all of the first."""

from selfstarter.asking.pages_read import once

HEAD = "The plans\nhttps://acme.example/plans"
MAIN = "# Plans\n\nWe have **three** plans.\n\n| Plan | Price |\n|---|---|\n| Basic | 5 |"
SEEN = "Plans\n\nWe have three plans.\n\nPlan\t\tPrice\nBasic\t\t5"
MENUS = "• Home\n• News\n\n{seen}\n\n(c) Acme"


def test_what_is_said_again_is_shown_once() -> None:
    assert once(f"{HEAD}\n\n{MAIN}\n\n{SEEN}") == f"{HEAD}\n\n{SEEN}"


def test_menus_and_margins_stay() -> None:
    whole = MENUS.format(seen=SEEN)
    assert once(f"{HEAD}\n\n{MAIN}\n\n{whole}") == f"{HEAD}\n\n{whole}"


def test_nothing_that_is_said_once_is_lost() -> None:
    other = SEEN.replace("three", "two")
    alone = "Bees\n\nThere are 37 kinds of bees in the valley.\n\nBees fly in May.\n\nThat is all."
    for text in (f"{MAIN}\n\n{other}", MAIN, SEEN, alone, "one line", ""):
        page = f"{HEAD}\n\n{text}"
        assert once(page) == page
