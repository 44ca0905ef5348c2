"""Goals that want one text replaced by another in many files: what each then holds is known."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256

from selfstarter.core.contract import Replaced
from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.moves.words import ending

LEADS = "word|name|term|text|string|phrase|function|method|variable|constant|class|identifier"
QUOTED = r"`[^`\n]{1,80}`|'[^'\n]{1,80}'|\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”|‘[^’\n]{1,80}’"
TERM = rf"(?:{QUOTED}|[^\s`'\"“‘,;:]{{1,80}})"
VERBS = r"\b(?:replace|substitute|change|rename|correct|turn)"
WHICH = r"(?P<which>(?:all|every|each)\b(?:\s+(?:\*?\.)?\w+){0,4}?)\s+files?\b"
FOLDER = (
    r"(?:\s+(?:in|of|under|below|inside)\s+(?:the\s+)?(?:folder\s+)?"
    r"[`'\"]?(?P<folder>[\w./-]*[\w/])[`'\"]?"
    r"(?:\s+(?:folder|directory))?)?"
)
WHERE = rf"\b(?:(?:in|across|throughout)\s+{WHICH}|everywhere){FOLDER}"
WHAT = (
    rf"{VERBS}\s+(?:(?:all|every|each|the|any|occurrences?|mentions?|of)\s+)*"
    rf"(?:(?P<lead>{LEADS})\s+)?(?P<old>{TERM})\s+(?:by|with|to|into)\s+"
    rf"(?:the\s+)?(?:(?:{LEADS})\s+)?(?P<new>{TERM})"
)
ORDERS = (
    re.compile(rf"{WHAT}\s+{WHERE}", re.IGNORECASE),
    re.compile(rf"{WHERE},?\s+{WHAT}(?=[.!]?\s*$)", re.IGNORECASE),
)
"""`Replace Acme by Apex in all .txt files in docs/`, or the other way round."""
IN_EACH = re.compile(
    r"\b(?:replace|substitute)\b.*\b(?:(?:all|every|each)\b.*\bfiles?|everywhere)\b"
    r"|\brename\b.*\b(?:in|across|throughout) (?:all|every|each)\b.*\bfiles?\b"
    r"|\b(?:all|every|each)\b.*\bfiles?\b.*\b(?:replace|substitute)\b",
    re.IGNORECASE,
)
"""Attempts forget the same places: only a look into each file tells."""
HERE = ("here", "this", "folder", "directory", "workspace", "project", "it")
KINDS = {"text": ("txt",), "markdown": ("md",), "python": ("py",), "html": ("html", "htm")}
"""What people say for an ending."""
FILLERS = frozenset(("all", "every", "each", "the", "my", "our", "of", "these", "those", "single"))
MORE = re.compile(
    r"\b(?:add|append|but|change|correct|create|delete|except|fix|insert|make|move|not|only|remove"
    r"|rename|replace|sort|unless|update|write)\b",
    re.IGNORECASE,
)
"""Beside the order: something else is to change in the files, or not in all of them."""
ALIKE = 0.6
"""`colour` and `color` are two spellings."""
MOST = 300
LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    old: str
    new: str
    whole: bool
    """The goal calls it a word or a name: as a part of a longer one it stays."""
    endings: tuple[str, ...]
    """Empty: files of all kinds."""
    folder: str


def wanted_in(goal: str) -> Wanted | None:
    """None: the goal orders no such thing, or does not say plainly what and where."""
    found = next((order for one in ORDERS if (order := one.search(goal))), None)
    if found is None or MORE.search(goal[: found.start()] + goal[found.end() :]):
        return None
    old, new = unquoted(found["old"]), unquoted(found["new"].rstrip(".!"))
    endings = endings_of(found["which"] or "")
    named = found["lead"] or old != found["old"] or re.search(r"[A-Z\d_]", old)
    named = named or SequenceMatcher(None, old, new).ratio() >= ALIKE
    if not named or endings is None or old == new:
        return None  # `replace names by initials`: what they are, not how they are written
    folder = (found["folder"] or "").strip("/").removeprefix("./")
    folder = "" if folder.lower() in HERE else folder
    lead = (found["lead"] or "").lower()
    return Wanted(old, new, lead not in ("", "text", "string", "phrase"), endings, folder)


def unquoted(term: str) -> str:
    return term[1:-1] if re.fullmatch(QUOTED, term) else term


def endings_of(which: str) -> tuple[str, ...] | None:
    """None: it says something that is no ending."""
    found: list[str] = []
    for word in re.findall(r"[*.\w]+", which.lower()):
        if word in FILLERS or word == "and":
            continue
        if word.startswith((".", "*.")):
            found.append(word.lstrip("*."))
        elif word in KINDS:
            found += KINDS[word]
        elif re.fullmatch(r"txt|md|py|html?|csv|tsv|json|ya?ml|toml|ini|cfg|js|ts|css|xml", word):
            found.append(word)
        else:
            return None
    return tuple(found)


def replaced(goal: str, known: Iterable[str], hands: Hands) -> Replaced | None:
    """The check that a goal's replacement gives; None: it orders none, or what it means is open,
    since the old text stands in other forms too."""
    wanted = wanted_in(goal)
    if wanted is None:
        return None
    texts = dict(texts_meant(wanted, known, hands))
    exact = re.compile(rf"(?<!\w){re.escape(wanted.old)}(?!\w)")
    if not any(exact.search(text) for text in texts.values()) or len(texts) > MOST:
        return None
    if any(is_open(wanted, exact, text) for text in texts.values()):
        return None
    new = wanted.new
    files = [(path, print_of(exact.sub(lambda _: new, text))) for path, text in texts.items()]
    return Replaced(old=wanted.old, new=new, files=tuple(files))


def texts_meant(wanted: Wanted, known: Iterable[str], hands: Hands) -> Iterator[tuple[str, str]]:
    for path in known:
        inside = not wanted.folder or f"/{path}".find(f"/{wanted.folder}/") >= 0
        if inside and (not wanted.endings or ending(path) in wanted.endings):
            with suppress(ToolFailed, UnicodeDecodeError):
                yield path, hands.files.read(path, LARGEST).decode()


def is_open(wanted: Wanted, exact: re.Pattern[str], text: str) -> bool:
    """Does it stand in the text in a form of which the goal does not tell whether it is meant?"""
    rest = exact.sub("", text)
    if wanted.whole:  # other capitals of the word itself; a longer word is another one
        return re.search(rf"(?<!\w){re.escape(wanted.old)}(?!\w)", rest, re.IGNORECASE) is not None
    return wanted.old.lower() in rest.lower()


def print_of(text: str) -> str:
    """Of a text but for blanks at its end."""
    return sha256(text.rstrip().encode()).hexdigest()


def looked_at(check: Replaced, hands: Hands) -> tuple[bool, str]:
    """(passed, the evidence)"""
    exact = re.compile(rf"(?<!\w){re.escape(check.old)}(?!\w)")
    for path, wanted in check.files:
        text = hands.files.read(path, LARGEST).decode("utf-8", "replace")
        if print_of(text) == wanted:
            continue
        left = [line for line in text.splitlines() if exact.search(line)]
        if left:
            return False, f"{path} still has {check.old!r}, as in {left[0].strip()[:80]!r}"
        return False, f"{path} differs in more than {check.new!r} in the place of {check.old!r}"
    return True, f"{check.new!r} stands for {check.old!r}, and nothing else is changed"
