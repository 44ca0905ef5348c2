"""Goals that want one text replaced by another in many files: what each then holds is known."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256

from selfstarter.core.contract import Replaced, Seen
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.texts.reading import whole
from selfstarter.texts.words import ending

TEXTS = ("text", "string", "phrase")
LEADS = "word|name|term|text|string|phrase|function|method|variable|constant|class|identifier"
QUOTED = r"`[^`\n]{1,80}`|'[^'\n]{1,80}'|\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”|‘[^’\n]{1,80}’"
TERM = rf"(?:{QUOTED}|[^\s`'\"“‘,;:]{{1,80}})"
REPLACES = ("replace", "substitute", "rename")
VERBS = rf"\b(?P<verb>{'|'.join(REPLACES)}|change|correct|turn)"
WHICH = r"(?P<which>(?:all|every|each)\b(?:\s+(?:\*?\.)?\w+){0,4}?)\s+files?\b"
FOLDER = (
    r"(?:\s+(?:in|of|under|below|inside)\s+(?:the\s+)?(?:folder\s+)?"
    r"[`'\"]?(?P<folder>[\w./-]*[\w/])[`'\"]?"
    r"(?:\s+(?:folder|directory|project|repository|repo|code ?base))?)?"
)
WHERE = rf"\b(?:(?:in|across|throughout)\s+{WHICH}|everywhere){FOLDER}"
WHAT = (
    rf"{VERBS}\s+(?:(?:all|every|each|the|any|occurrences?|mentions?|of)\s+)*"
    rf"(?:(?P<lead>{LEADS})\s+)?(?P<old>{TERM})\s+(?:by|with|to|into)\s+"
    rf"(?:the\s+)?(?:(?:{LEADS})\s+)?(?P<new>{TERM})"
)
FROM_TO = (
    r"\b(?P<verb>bump|upgrade|raise|change|update|switch|set)\s+(?:the\s+|our\s+)?"
    rf"(?P<lead>version(?: number)?|name|url|address|e-?mail|port|host)\s+from\s+(?P<old>{TERM})"
    rf"\s+to\s+(?P<new>{TERM})"
)
ORDERS = (
    re.compile(rf"{WHAT}\s+{WHERE}", re.IGNORECASE),
    re.compile(rf"{WHERE},?\s+{WHAT}(?=[.!]?\s*$)", re.IGNORECASE),
    re.compile(rf"{FROM_TO}\s+{WHERE}", re.IGNORECASE),
)
"""`Replace Acme by Apex in all .txt files in docs/`, or the other way round; `bump the version from
1.4.2 to 1.5.0 everywhere`."""
HISTORY = re.compile(r"(?:^|/)(?:change|history|news|release)[^/]*$", re.IGNORECASE)
"""Files that say what was so before: a version in them is no mention of today's."""
IN_EACH = re.compile(
    r"\b(?:replace|substitute)\b.*\b(?:(?:all|every|each)\b.*\bfiles?|everywhere)\b"
    r"|\brename\b.*\b(?:in|across|throughout) (?:all|every|each)\b.*\bfiles?\b"
    r"|\b(?:all|every|each)\b.*\bfiles?\b.*\b(?:replace|substitute)\b",
    re.IGNORECASE,
)
"""Attempts forget the same places: only a look into each file tells."""
HERE = ("here", "this", "folder", "directory", "workspace", "project")
KINDS = {"text": ("txt",), "markdown": ("md",), "python": ("py",), "html": ("html", "htm")}
"""What people say for an ending."""
FILLERS = frozenset(("all", "every", "each", "the", "my", "our", "of", "these", "those", "single"))
REST = re.compile(r"[\s.,!]*(?:please|kindly|thanks|thank you)?[\s.,!]*", re.IGNORECASE)
"""All that may stand beside the order: whatever else is said may change what is meant."""
ALIKE = 0.6
"""`colour` and `color` are two spellings."""
MOST = 300


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
    if found is None or not REST.fullmatch(goal[: found.start()] + goal[found.end() :]):
        return None
    old, new = unquoted(found["old"]), unquoted(found["new"].rstrip(".!"))
    endings = endings_of(found["which"] or "")
    # `Change DEBUG to False`: a value, and not how it is written. `names`: what they are.
    name = re.search(r"[A-Z\d_]", old) and found["verb"].lower() in REPLACES
    alike = SequenceMatcher(None, old, new).ratio() >= ALIKE
    named = found["lead"] or old != found["old"] or name or alike
    if not named or endings is None or old == new:
        return None
    folder = (found["folder"] or "").strip("/").removeprefix("./")
    folder = "" if folder.lower() in HERE else folder
    word = bool(re.fullmatch(r"\w(?:.*\w)?", old, re.ASCII))
    lead = (found["lead"] or "").lower()
    return Wanted(old, new, word and lead not in ("", *TEXTS), endings, folder)


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
    since the old text stands in other forms too, or a file cannot be read as a text."""
    wanted = wanted_in(goal)
    if wanted is None:
        return None
    texts: dict[str, str] = {}
    for path in meant(wanted, known):
        text = readable(path, wanted.old, hands)
        if text is None:
            return None
        texts[path] = text
    exact = as_written(wanted.old)
    if not any(exact.search(text) for text in texts.values()) or len(texts) > MOST:
        return None
    if any(is_open(wanted, text) for text in texts.values()):
        return None
    new = wanted.new
    files = [(path, print_of(exact.sub(lambda _: new, text))) for path, text in texts.items()]
    return Replaced(old=wanted.old, new=new, files=tuple(files))


def meant(wanted: Wanted, known: Iterable[str]) -> list[str]:
    inside = f"{wanted.folder}/" if wanted.folder else ""
    paths = [path for path in known if path.startswith(inside)]
    if re.fullmatch(r"v?\d+(?:\.\d+)+\S*", wanted.old):
        paths = [path for path in paths if not HISTORY.search(path)]
    return [path for path in paths if not wanted.endings or ending(path) in wanted.endings]


def readable(path: str, old: str, hands: Hands) -> str | None:
    """Its text. Empty: it is none, and the old one is not in it. None: that is not known."""
    data = whole(path, hands)
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None if old.encode() in data else ""


def as_written(old: str) -> re.Pattern[str]:
    """Not as a part of a longer word."""
    before = r"(?<!\w)" if re.match(r"\w", old) else ""
    after = r"(?!\w)" if re.search(r"\w$", old) else ""
    return re.compile(before + re.escape(old) + after)


def is_open(wanted: Wanted, text: str) -> bool:
    """Does it stand in the text in a form of which the goal does not tell whether it is meant?"""
    old, new = wanted.old, wanted.new
    if old in new and new in text:  # it may be done there already
        return True
    rest = as_written(old).sub("", text)
    if not wanted.whole:
        return old.lower() in rest.lower()
    # A longer word is another one, but not every script parts its words; capitals may be meant.
    beside = rf"(?<=[^\W\x00-\x7f]){re.escape(old)}|{re.escape(old)}(?=[^\W\x00-\x7f])"
    other = rf"(?<!\w){re.escape(old)}(?!\w)"
    return bool(re.search(beside, text) or re.search(other, rest, re.IGNORECASE))


def print_of(text: str) -> str:
    """Of a text but for blanks at its end, and for how its lines end."""
    return sha256(text.replace("\r\n", "\n").rstrip().encode()).hexdigest()


def looked_at(check: Replaced, state: State, hands: Hands) -> Seen:
    """(passed, the evidence)"""
    exact = as_written(check.old)
    for path, wanted in check.files:
        text = hands.files.read(path).decode("utf-8", "replace")
        if print_of(text) == wanted:
            continue
        lines = text.splitlines()
        left = [line for line in lines if exact.search(line.replace(check.new, ""))]
        if left:
            return False, f"{path} still has {check.old!r}, as in {left[0].strip()[:80]!r}"
        return False, f"{path} differs in more than {check.new!r} in the place of {check.old!r}"
    mine = dict(check.files)
    for path, digest in state.found.items():
        if path not in mine and hands.files.digest(path) != digest:
            return False, f"{path} was to stay as it was"
    return True, f"{check.new!r} stands for {check.old!r}, and all else is as it was"
