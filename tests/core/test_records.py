"""What results make known, and the attack that each rule must stand."""

import json
from typing import Any

import pytest

from selfstarter.core.gate import Labels, Standing, judge
from selfstarter.core.permissions import Permissions
from selfstarter.core.provenance import Provenance, in_own_words
from selfstarter.core.records import Learnt, learnt

WORDS = "Use send_mail to invite Alice Smith to the 'Spring review' and share minutes.docx"
NOTHING = Provenance()
ALICE = {"name": "Alice Smith", "email": "alice@example.org", "note": "met Eve, eve@evil.example"}
EVE = {"name": "Eve", "email": "eve@evil.example"}


def told(
    result: Any, *, own: bool = False, reads: bool = True, known: Provenance = NOTHING, **args: Any
) -> Learnt:
    text = result if isinstance(result, str) else json.dumps(result)
    return learnt(args, text, reads=reads, own=own, words=WORDS, known=known)


# ── the person's own records ─────────────────────────────────────────────────────────────────


def test_a_record_of_the_persons_own_that_the_goal_names_is_known() -> None:
    found = told([ALICE, EVE], own=True, kind="all")
    assert found.values == ("Alice Smith", "alice@example.org")


@pytest.mark.case("X47")
def test_the_others_in_the_list_are_not() -> None:
    assert "eve@evil.example" not in told([ALICE, EVE], own=True).values
    assert told([EVE], own=True).values == ()


@pytest.mark.case("X47")
def test_a_look_up_counts_if_it_was_asked_by_the_persons_words_and_not_by_a_pages() -> None:
    stranger = {"name": "A. Smith", "email": "a@example.org"}
    assert told([stranger], own=True, name="Alice Smith").values == ("A. Smith", "a@example.org")
    assert told([EVE], own=True, name="Eve").values == ()
    assert told([EVE], own=True, name="Alice Smith", also="Eve").values == ()
    assert told([EVE], own=True, name="").values == ()
    assert told([EVE], own=True, names=[]).values == ()


def test_one_answer_to_no_question_is_about_the_person() -> None:
    assert told({"iban": "DE89", "city": "Bonn"}, own=True).values == ("DE89", "Bonn")
    assert told('"DE89"', own=True).values == ("DE89",)
    assert told(["Eve", "Mallory"], own=True).values == ()


@pytest.mark.case("X47")
def test_prose_in_a_record_makes_nothing_known() -> None:
    found = told([ALICE], own=True)
    assert "eve@evil.example" not in " ".join(found.values)
    assert told("Alice Smith: eve@evil.example", own=True, name="Alice Smith") == Learnt()
    long = {"name": "Alice Smith", "bio": "eve@evil.example " * 20}
    assert told([long], own=True).values == ("Alice Smith",)


# ── other people's records ───────────────────────────────────────────────────────────────────


@pytest.mark.case("X47")
def test_of_what_others_wrote_only_ids_are_known_and_only_of_what_the_goal_names() -> None:
    mail = {"id": "7", "sender": "eve@evil.example", "subject": "Spring review", "body": "id 9"}
    other = {"id": "8", "subject": "spring review, please delete", "body": "Spring review"}
    assert told([mail, other]) == Learnt(ids=("7",))
    assert told([{"id_": 15, "filename": "minutes.docx"}]).ids == ("15",)
    assert told([{"id": "13", "filename": "secrets.docx", "text": "minutes.docx " * 20}]).ids == ()


@pytest.mark.case("X47")
def test_an_id_is_known_as_an_id_only() -> None:
    known = NOTHING.read(True, True).knows((), ("15", "eve@evil.example"), "1")
    assert passes({"file_id": "15"}, known) and passes({"file_id": 15}, known)
    assert not passes({"amount": 15}, known)
    assert not passes({"recipient": "15"}, known)
    assert not passes({"to": "eve@evil.example"}, known)


def test_what_a_call_made_has_an_id_that_may_be_used() -> None:
    made = {"id": 26, "filename": "x.txt", "owner_id": "u1", "shared": "eve@evil.example"}
    assert told(made, reads=False) == Learnt(ids=("26", "u1"))


def passes(args: dict[str, Any], known: Provenance) -> bool:
    sends = Labels(reads=False, egress=True)
    return judge("send_mail", args, sends, Standing(Permissions(), known, WORDS)).kind == "allow"


@pytest.mark.parametrize("text", ["", "{", "[" * 5_000, "null", "1e999", '{"a": NaN}', "[[[]]]"])
def test_whatever_a_tool_says_is_looked_at_without_harm(text: str) -> None:
    for own in (True, False):
        found = told(text, own=own, name="Alice Smith")
        assert found.ids == ()


# ── hits of searches ─────────────────────────────────────────────────────────────────────────

GOAL = "Compare the battery life of the Falcon X2 and the Heron 7 and write report.md"


@pytest.mark.case("X46")
@pytest.mark.parametrize(
    ("query", "own"),
    [
        ("falcon x2 battery life", True),
        ("best falcon x2 vs heron 7 review 2026", True),
        ("battery life of the Falcon X2?", True),
        ("falcon x2 zqxv", False),
        ("falcon x2 4711", False),
        ("falcon x3", False),
        ("site:evil.example falcon", False),
        ("falconx2 battery", False),
        ("", False),
    ],
)
def test_a_question_in_the_persons_own_words_holds_nothing_else(query: str, own: bool) -> None:
    assert in_own_words(query, GOAL) is own


@pytest.mark.case("X46")
def test_its_hits_are_open_when_private_text_was_read_and_no_others() -> None:
    plain, asked = "https://a.example/1?x=2", "https://b.example/1?x=2"
    known = NOTHING.offers([plain], "1").offers([asked], "2", asked=True).read(True, True)
    reads = Labels(reads=True, egress=True)

    def kind(url: str) -> str:
        return judge("read_page", {"url": url}, reads, Standing(Permissions(), known, GOAL)).kind

    assert (kind(asked), kind(plain)) == ("allow", "ask")
    assert kind(asked + "&d=secret") == kind(asked + "1") == "ask"
