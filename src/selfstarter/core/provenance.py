"""Where the values in a call's arguments come from. Pure.

Assume that a model obeys whatever text it read last. Then a page must not be able to say where
something goes: an address, a recipient, an id or an amount counts as *known* only if the person
said it, or if it came to the run in a way that no page can bend. Words are free; what is looked at
is where they would go, and what leads on from them.
"""

from __future__ import annotations  # rpds types are generic to the checker only

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rpds import HashTrieMap

from selfstarter.core.evolve import evolve
from selfstarter.core.permissions import named_leaves

Kind = Literal["address", "value", "number", "switch"]

CONTENT = frozenset(
    ("answer", "body", "caption", "code", "comment", "content", "data", "description", "html",
     "location", "markdown", "message", "note", "notes", "place", "prompt", "q", "query",
     "question", "reason", "subject", "summary", "text", "title", "topic", "venue")
)  # fmt: skip
"""Arguments that hold words. The name is the tool's, whose schema a person has admitted. In words
only addresses are looked for; any other argument must be known as it stands."""
ADDRESS = re.compile(
    r"""
      (?<![a-z0-9+.-]) [a-z][a-z0-9+.-]{0,30}+ :// [^\s<>"'`]++             # any scheme
    | (?<![\w.+%-]) [\w.+%-]{1,80}+ @ [\w-]++ (?:\.[\w-]++)++               # mail
    | (?<![\w.-]) (?:[\w-]{1,63}+ [.\u3002\uff0e\uff61])+ [^\W\d_]{2,24} (?![\w-])
      (?:[:/?\#][^\s<>"'`]*+)?                                          # www.example.org/x
    | (?<![\w.]) (?:\d{1,3}\.){3}\d{1,3} (?![\w.]) (?:[:/][^\s<>"'`]*+)?
    | \b [a-z]{2}\d{2}[ ]? (?:[a-z0-9]{4}[ ]?){2,7} [a-z0-9]{1,4} \b     # IBAN
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Takes linear time: no part of it is tried from the middle of a long word."""
SEARCH = "search_web"
"""It asks an engine that the person has chosen."""
SMALL_WORDS = frozenset(
    ("a", "an", "and", "are", "as", "at", "best", "between", "by", "compare", "compared",
     "comparison", "cost", "costs", "current", "definition", "difference", "docs", "documentation",
     "do", "does", "example", "examples", "for", "from", "guide", "history", "how", "in", "is",
     "latest", "list", "meaning", "news", "of", "official", "on", "online", "or", "overview",
     "page", "price", "prices", "pricing", "release", "report", "research", "review", "reviews",
     "site", "source", "statistics", "study", "summary", "than", "the", "to", "today", "top",
     "tutorial", "used", "versus", "vs", "was", "website", "what", "when", "where", "which", "who",
     "why", "wiki", "with")
)  # fmt: skip
"""Of a search. They are nobody's secret, and no page is found by them alone."""
WHEN = re.compile(r"\d{4}-\d\d?-\d\d?(?:[T ]\d\d?:\d\d(?::\d\d)?)?|\d\d?:\d\d(?::\d\d)?")
NUMBER = re.compile(r"(?<![\w.,-])-?\d[\d,]*(?:\.\d+)?(?![\w]|[.,]\d)")
FILE_ENDINGS = re.compile(
    r"c|cc|cfg|conf|cpp|css|csv|docx?|gif|go|gz|h|html?|ini|ipynb|java|jpe?g|jsx?|json|log|md|odt"
    r"|pdf|png|pptx?|py|rb|rs|rst|rtf|sh|sql|svg|tar|tex|toml|tsx?|tsv|txt|wav|webp|xlsx?|xml"
    r"|ya?ml|zip"
)
"""`report.md` is the name of a file before it is a place in Moldova."""
MOST_OFFERED = 5_000
LONGEST_ASKED = 400
"""Characters of a question that is compared with the person's words."""


@dataclass(frozen=True, slots=True)
class Value:
    """Something in the arguments of a call that must be known."""

    kind: Kind
    name: str
    """Of the argument."""
    text: str


@dataclass(frozen=True)  # no slots: `evolve`
class Provenance:
    """What a run has read, and what it knows apart from that. A fold, as `State` is."""

    untrusted: bool = False
    """Words that are not the person's have been read."""
    private: bool = False
    """So has what only the person should see."""
    planned: str = ""
    """What the plan said that was made before anything untrusted was read."""
    offered: HashTrieMap[str, str] = HashTrieMap()
    """Addresses of hits and links -> the call that gave them."""
    hits: HashTrieMap[str, str] = HashTrieMap()
    """Of them: hits of searches in the person's own words, which depend on nothing private."""
    values: HashTrieMap[str, str] = HashTrieMap()
    """Values of the person's own records."""
    ids: HashTrieMap[str, str] = HashTrieMap()
    """Ids of what the person named, or the run made."""

    def read(self, untrusted: bool, private: bool) -> Provenance:
        return evolve(self, untrusted=self.untrusted or untrusted, private=self.private or private)

    def plans(self, text: str) -> Provenance:
        """A plan counts as the person's own only while nobody else's words have been read."""
        return self if self.untrusted else evolve(self, planned=f"{self.planned}\n{text}")

    def offers(self, addresses: Iterable[str], call_id: str, *, asked: bool = False) -> Provenance:
        """`asked`: by a search in the person's own words."""
        offered, hits = self.offered, self.hits
        for address in addresses:
            if len(offered) < MOST_OFFERED:
                offered = offered.insert(bare(address), call_id)
                hits = hits.insert(bare(address), call_id) if asked else hits
        return evolve(self, offered=offered, hits=hits)

    def knows(self, values: Iterable[str], ids: Iterable[str], call_id: str) -> Provenance:
        kept, numbers = self.values, self.ids
        for value in values:
            kept = kept.insert(folded(value), call_id)
        for value in ids:
            numbers = numbers.insert(folded(value), call_id)
        return evolve(self, values=kept, ids=numbers)


def values_in(args: Mapping[str, Any], names: Container[str] | None = None) -> list[Value]:
    """All that must be known of a call's arguments, addresses first. `names`: as `named_leaves`."""
    found: list[Value] = []
    for name, leaf in named_leaves("", args, names):
        match leaf:
            case bool():
                found.append(Value("switch", name, json.dumps(leaf)))
            case int() | float():
                found.append(Value("number", name, json.dumps(leaf)))
            case str(text):
                found += in_text(name, text)
            case _:
                found.append(Value("value", name, str(leaf)))
    return sorted(dict.fromkeys(found), key=lambda value: value.kind != "address")


def in_text(name: str, text: str) -> Iterator[Value]:
    if not text.strip() or WHEN.fullmatch(text.strip()):
        return
    places = addresses_in(text)
    yield from (Value("address", name, place) for place in places)
    alone = len(places) == 1 and places[0] == text.strip()
    if alone or name.casefold() in CONTENT:
        return
    yield Value("number" if NUMBER.fullmatch(text.strip()) else "value", name, text.strip())


def addresses_in(text: str) -> list[str]:
    """URLs, hosts, mail addresses, account numbers; not names of files."""
    found = (match[0].rstrip(".,;:!?)]}") for match in ADDRESS.finditer(text))
    return [place for place in dict.fromkeys(found) if not is_file_name(place)]


def is_file_name(place: str) -> bool:
    return (
        "/" not in place
        and "@" not in place
        and FILE_ENDINGS.fullmatch(place.rpartition(".")[2].casefold()) is not None
        and not place.casefold().startswith("www.")
    )


def is_said(value: Value, words: str) -> bool:
    """Does it stand in a person's words, whole?"""
    if value.kind == "number":
        wanted = number(value.text)
        said = (number(found[0]) for found in NUMBER.finditer(words.replace("$", " ")))
        return any(one is not None and one == wanted for one in said)
    if value.kind == "switch":
        return phrase_in(value.name, words) or phrase_in(spoken(value.name), words)
    if value.kind == "address":
        return any(same_place(value.text, place) for place in addresses_in(words))
    return phrase_in(value.text, words)


def phrase_in(phrase: str, words: str) -> bool:
    """As whole words, whatever their case and the blanks between them."""
    wanted = re.escape(folded(phrase))
    return bool(wanted) and re.search(rf"(?<!\w){wanted}(?!\w)", folded(words)) is not None


def spoken(name: str) -> str:
    """A name of a tool or an argument as a person says it."""
    return re.sub(r"[_-]+", " ", name)


def in_own_words(query: str, words: str) -> bool:
    """A question that holds nothing but the person's words, years, and the small words of search:
    whatever else a run knows, it would be asked in the same way."""
    asked = re.findall(r"[^\s,;:!?\"'()]+", query[: LONGEST_ASKED + 1])
    return (
        0 < len(query) <= LONGEST_ASKED
        and bool(asked)
        and all(
            word.casefold() in SMALL_WORDS
            or re.fullmatch(r"20[12]\d", word) is not None
            or phrase_in(word, words)
            for word in asked
        )
    )


def same_place(one: str, other: str) -> bool:
    return bare(one).removeprefix("www.") == bare(other).removeprefix("www.")


def host_said(address: str, words: str) -> bool:
    """Does the person name its host, alone or in an address?"""
    host = host_of(address)
    return bool(host) and any(host_of(place) == host for place in addresses_in(words))


def host_of(address: str) -> str:
    """Lower case, without `www.`; empty: it has none."""
    if "@" in address.partition("/")[0] and "://" not in address:
        return ""
    rest = re.sub(r"^[a-z][a-z0-9+.-]*://", "", address.strip(), flags=re.IGNORECASE)
    host = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    return host.lower().rstrip(".").removeprefix("www.")


def bare(address: str) -> str:
    """An address as it is compared: host in lower case, no fragment, no scheme of the web."""
    address = address.strip().partition("#")[0].rstrip("/")
    address = re.sub(r"^https?://", "", address, flags=re.IGNORECASE)
    host, slash, rest = address.partition("/")
    return host.lower() + slash + rest


def folded(text: str) -> str:
    """Not as `casefold` does: to that, who asks for `preß.org` asks for `press.org`, which may be
    somebody else's; so it is with names and ids."""
    return " ".join(text.lower().split())


def number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "").lstrip("$€£"))
    except ValueError:
        return None


def is_id(name: str) -> bool:
    return re.fullmatch(r"(?:.*_)?ids?_?", name.casefold()) is not None
