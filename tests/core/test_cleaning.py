"""No text drives a terminal or hides something; ordinary text comes through as it is."""

import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.core.cleaning import clean

NUMBER_SIGNS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Format characters by their category, yet everybody sees them."""
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}

NASTY = st.text(
    st.sampled_from(
        "\x1b[]2JmPX^_;:\\\x07\x9b\x9c\x9d\r\n\t\b\xada1#\ufe0f\ufe0e\u20e3\u200d\u200c"
    )
    | st.sampled_from("❤👩🏽🏴ببक\u094d\u200b\u202e\ufeff\U000e0041\U000e0100\ue000\ud800")
    | st.characters()
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\x1b[2Jb", "ab"),
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]52;c;ZXZpbA==\x07after", "after"),
        ("\x1b]8;;http://evil.test\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$r0m\x1b\\x", "x"),
        ("\x9b2Jx", "x"),
        ("\x1bcx", "x"),
        ("\x1b\x1b[2Jx", r"\u{1b}x"),
        ("\x1b", r"\u{1b}"),
        ("safe\rrm -rf", r"safe\u{d}rm -rf"),
        ("ab\b\bcd", r"ab\u{8}\u{8}cd"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("user\u202etxt.exe", r"user\u{202e}txt.exe"),
        ("in\u200bvisible", r"in\u{200b}visible"),
        ("hi\U000e0069\U000e0067", r"hi\u{e0069}\u{e0067}"),
        ("😀\U000e0101\U000e0102", r"😀\u{e0101}\u{e0102}"),
        ("😀\ufe0f\ufe0f", "😀\ufe0f" + r"\u{fe0f}"),
        ("a\ufe0f", r"a\u{fe0f}"),
        ("a\u200db", r"a\u{200d}b"),
        ("\ue000", r"\u{e000}"),
        ("\ud83d", r"\u{d83d}"),
        ("\ufeffBOM, soft\xadhyphen", "BOM, softhyphen"),
    ],
)
def test_what_drives_a_terminal_goes_and_what_is_unseen_is_written_out(
    text: str, left: str
) -> None:
    assert clean(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "plain text\n\tand a tab",
        "Zażółć gęślą jaźń – „Straße“ … ½ €",
        "Русский ελληνικά עברית العربية 中文 日本語 한국어 ไทย ქართული",
        "می\u200cخواهم",
        "क\u094d\u200dष",
        "ක\u0dca\u200dෂ",
        "👩\u200d👩\u200d👧\u200d👦 ❤️ 👍🏽 🇵🇱 1️⃣ ✔️ ©️ 🏳️\u200d🌈",
        "https://example.org/a?b=c#d `code` \\u{200b} $x^2$",
        "\u0600\u06dd",
    ],
)
def test_ordinary_text_of_every_script_comes_through(text: str) -> None:
    assert clean(text) == text


def test_an_opened_sequence_does_not_swallow_the_rest() -> None:
    said = clean("\x1b]0;title\nthe truth\n\x1b[38;5\nmore")
    assert "the truth" in said
    assert "more" in said


def test_one_line_is_one_line() -> None:
    assert clean("a\nb\tc\x0b\u2028\x85d", one_line=True) == r"a⏎b c\u{b}\u{2028}\u{85}d"


@given(NASTY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(NASTY)
def test_nothing_that_is_unseen_stays_but_joiners_where_they_belong(text: str) -> None:
    once = clean(text)
    left = {c for c in once if unicodedata.category(c) in HIDDEN and ord(c) not in NUMBER_SIGNS}
    assert left <= {"\n", "\t", "\u200c", "\u200d"}
    once.encode()


def test_every_hidden_character_that_python_knows_is_written_out() -> None:
    for code in range(sys.maxunicode + 1):
        c = chr(code)
        if unicodedata.category(c) in HIDDEN and code not in NUMBER_SIGNS | {9, 10, 0xAD}:
            assert c not in clean(f"a{c}b"), hex(code)


@pytest.mark.parametrize(
    "part",
    [
        "\x1b",
        "\x1b]",
        "\x1b[",
        "\x1b[1;",
        "\x1bP",
        "\x9b",
        "\r",
        "👩\u200d",
        "❤️",
        "1\ufe0f",
        "ب\u200c",
    ],
)
def test_it_takes_linear_time(part: str) -> None:
    def took(n: int) -> float:
        text, began = part * n, time.process_time()
        clean(text)
        return time.process_time() - began

    took(1_000)
    assert took(400_000) < 40 * max(took(40_000), 0.005)
