"""Names that stand for many: `docs/NAME.md`, `chapter-N.md`, `CITY.md for each city`. Pure.

README.md and TODO.md are names like any other: capitals alone make no placeholder.
"""

import re

ALWAYS = re.compile(
    r"(?<![A-Za-z])(?:(?:[A-Z]+[-_])*(?:FILE)?NAME|X{2,}"
    r"|[Yy]{4}(?:[-_/]?(?:MM|mm|DD|dd|WW|ww|HH|hh|SS|ss))*)(?![A-Za-z])"
    r"|(?<=[-_a-z])N{1,4}(?=/|$)|(?<![^/])N{2,4}(?=[-_])"
)
"""NAME, PACKAGE_NAME, XX, YYYY-MM-DD; `chapter-N` and `NN-title`, but not `N-gram`."""
CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z]+(?:[-_][A-Z]+)*(?![A-Za-z])")
OF_ANY = re.compile(r"(?:\w+[-_])?(?:ID|TITLE|TOPIC|SLUG|NUMBER|DATE|DAY)")
"""What one of many may be called by, whatever they are."""
NEAR = 120
"""Characters before and after a name, in which it may be said that there is one for each."""
EACH = r"(?:each|every|per)\s+(?:[\w-]+\s+)?"
ADDS = r"\b(?:add|append|lines?|rows?|sections?|entry|entries|paragraphs?|headings?)\b"
"""What one file gets for each of many."""


def glob_of(named: re.Match[str]) -> str:
    """What a file's name stands for, in the text where it was found: `docs/*.md`. One that stands
    for itself is given back."""
    stem, dot, kind = named[1].rpartition(".")
    return CAPITALS.sub(lambda run: one_of_many(run[0], named), ALWAYS.sub("*", stem)) + dot + kind


def one_of_many(word: str, named: re.Match[str]) -> str:
    """`*` where the text says beside the name that there is one for each `word`; else the word."""
    text, start, end = named.string, named.start(1), named.end(1)
    what = EACH + (r"[\w-]+\b" if OF_ANY.fullmatch(word) else rf"{re.sub('[-_]', '[-_ ]', word)}\b")
    behind = rf"[`'\"]*\s+(?:\([^)]*\)\s+)?(?:for\s+|of\s+)?{what}"
    before = rf"\b{what}(?:(?!{ADDS})[^.;:\n])*$"
    said = re.match(behind, text[end : end + NEAR], re.IGNORECASE)
    said = said or re.search(before, text[max(0, start - NEAR) : start], re.IGNORECASE)
    return "*" if said else word
