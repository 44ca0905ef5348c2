"""Progress, measured: what repeats is seen through its disguises, what changes is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.core.ledger import Ledger, call_print, print_of

Seen = tuple[str, str]
"""(call, its output)"""


def after(*calls: Seen, ok: bool = True) -> Ledger:
    ledger = Ledger()
    for call, output in calls:
        ledger = ledger.returned(call, print_of(output), ok, ())
    return ledger


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at 2026-01-02 03:04", "at 2027-11-12 13:14"),
        ("2026-01-02T03:04:05Z done", "2026-01-02T03:04:06Z done"),
        ("2026-01-02 03:04:05.123 done", "2026-01-02 03:04:05.999 done"),
        ("<object at 0x7f00aabbcc>", "<object at 0x7f11aabbdd>"),
        ("commit 3f2504e04f89", "commit 9a0b1c2d3e4f"),
        ("wrote /tmp/tmpab12/x", "wrote /tmp/tmpzz99/x"),
        ("ran in 0.12s", "ran in 3.4s"),
        ("1 passed in 12 ms", "1 passed in 7 ms"),
    ],
)
def test_what_is_volatile_does_not_make_a_difference(one: str, other: str) -> None:
    assert print_of(one) == print_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 tests failed", "2 tests failed"),
        ("line 12: error", "line 14: error"),
        ("42", "43"),
        ("a.txt", "b.txt"),
        ("2026-01-02", "2026-01-03"),
        ("1,200 bytes", "1,201 bytes"),
        ("", "x"),
    ],
)
def test_what_matters_makes_a_difference(one: str, other: str) -> None:
    assert print_of(one) != print_of(other)


def test_the_order_of_arguments_makes_no_difference_to_a_call() -> None:
    assert call_print("t", {"a": 1, "b": 2}) == call_print("t", {"b": 2, "a": 1})
    assert call_print("t", {"a": 1}) != call_print("u", {"a": 1})
    assert call_print("t", {"a": 1}) != call_print("t", {"a": 2})
    assert call_print("t", {"odd": object})


@given(st.text(), st.text())
def test_a_print_is_short_and_the_same_each_time(one: str, other: str) -> None:
    assert len(print_of(one)) == 16
    assert print_of(one) == print_of(one)
    assert one != other or print_of(one) == print_of(other)


def test_the_same_call_with_the_same_result_is_counted() -> None:
    ledger = after(("c", "same"), ("c", "same"), ("c", "same"))
    assert ledger.repeats("c") == 3
    assert ledger.idle == 2
    assert ledger.repeats("never made") == 0


def test_polling_with_a_changing_result_is_no_repetition() -> None:
    ledger = after(*(("poll", f"{n} of 9 done") for n in range(9)))
    assert ledger.repeats("poll") == 1
    assert ledger.idle == 0


def test_the_same_work_on_many_files_is_no_repetition() -> None:
    ledger = after(*((f"convert {n}", f"converted {n}") for n in range(9)))
    assert all(ledger.repeats(f"convert {n}") <= 1 for n in range(9))
    assert ledger.idle == 0


def test_tests_that_fail_alike_after_each_edit_are_no_repetition() -> None:
    ledger = Ledger()
    for n in range(6):
        ledger = ledger.returned(f"edit {n}", print_of("edited"), True, (("a.py", f"v{n}"),))
        ledger = ledger.returned("pytest", print_of("1 failed"), False, ())
        assert ledger.repeats("pytest") == 1
        assert ledger.idle == 1


def test_an_edit_that_brings_back_an_old_version_is_no_progress() -> None:
    ledger = Ledger()
    for n in range(6):
        ledger = ledger.returned("edit", print_of("edited"), True, (("a.py", f"v{n % 2}"),))
    assert ledger.idle == 4
    assert ledger.artefacts["a.py"] == "v1"


@pytest.mark.parametrize("ring", [("a",), ("a", "b"), ("a", "b", "c"), tuple("abcde")])
def test_a_ring_of_calls_is_idle_after_its_first_round(ring: tuple[str, ...]) -> None:
    ledger = after(*((call, f"result of {call}") for call in ring * 4))
    assert ledger.idle == 3 * len(ring)
    assert ledger.repeats(ring[0]) >= 3


def test_failures_are_never_progress() -> None:
    assert after(*((f"c{n}", f"error {n}") for n in range(5)), ok=False).idle == 5


def test_more_criteria_than_ever_before_are_progress_and_fewer_are_not() -> None:
    idle = after(("c", "x"), ("c", "x"))
    assert idle.idle == 1
    better = idle.checked(frozenset({"c1"}))
    assert (better.idle, better.best) == (0, 1)
    again = better.returned("c", print_of("x"), True, ()).checked(frozenset({"c2"}))
    assert (again.idle, again.best, again.passing) == (1, 1, frozenset({"c2"}))
