"""Do a document's citations lead to something that was there, and does it hold the numbers?"""

import re
from collections.abc import Callable, Sequence

from selfstarter.core.contract import CitationsResolve
from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.words import stray_number

CITATION = re.compile(r"\[([^\[\]\n]{1,200})\](?!\()")
PATHLIKE = re.compile(r"^[\w./ -]+\.\w{1,5}$")
ADDRESS = r"https?://[^\s<>\[\]()`|]*(?:\([^\s()<>]*\)[^\s<>\[\]()`|]*)*"
"""With the brackets that are in pairs in it, as Wikipedia has them."""
URL = re.compile(ADDRESS)
CITED = re.compile(rf"\[[^\[\]\n]*\]\(<?({ADDRESS})>?[^)\n]*\)|\[<?({ADDRESS})>?\]")
"""An address in brackets, or the target of a link."""


def citations_resolve(check: CitationsResolve, state: State, hands: Hands) -> tuple[bool, str]:
    """Each cited file exists and is no work of the run, each cited page was read, and the numbers
    of a citing line occur in what it cites. Addresses count where the run has read pages at all."""
    text = hands.files.read(check.path).decode("utf-8", "replace")
    names = [n for n in hands.files.names() if n != check.path]
    read = bool(hands.captures and hands.captures.urls())
    good, sources, cites_pages = 0, dict[str, str](), False
    for line in text.splitlines():
        pages = cited_pages(line, hands) if read else []
        cited = [c for group in CITATION.findall(line) for c in split_citation(group)]
        for name in cited:
            path = resolve(name, names)
            if path and written_here(path, state, hands):
                return False, f"{path} was written in this run: cite what it was drawn from"
            found = text_or_none(hands.sources.text, path) or "" if path else text_of(name, hands)
            if found is None:
                return False, f"the cited file {name!r} does not exist"
            sources.setdefault(name, found)
        for url in pages:
            found = text_of(url, hands)
            if found is None:
                return False, f"the cited page {url[:200]} was not read in this run"
            sources.setdefault(url, found)
        said = CITATION.sub(" ", URL.sub(" ", line) if read else line)
        stray = stray_number(said, *(sources[name] for name in (*cited, *pages)))
        if (cited or pages) and stray:
            names_of = ", ".join([*cited, *pages])[:300]
            return False, f"{stray} is in none of {names_of} (line: {line.strip()[:120]!r})"
        good, cites_pages = good + len(cited) + len(pages), cites_pages or bool(pages)
    wanted = max(1, check.at_least)  # a model may ask for none
    if good < wanted:
        return False, f"{check.path} has {good} citations, at least {wanted} are wanted"
    where = "pages and files" if cites_pages else "existing files"
    return True, f"{good} citations in {check.path}, all in {where} that hold the numbers"


def split_citation(group: str) -> list[str]:
    """`[a.csv, b.html]` is two; `[x]`, `[1]` and link texts are none."""
    parts = [part.strip().strip("`") for part in re.split(r"[,;]", group)]
    return [part for part in parts if PATHLIKE.match(part)]


def resolve(name: str, names: Sequence[str]) -> str:
    """The workspace path that a citation means; a bare file name is enough where it is unique."""
    if name in names:
        return name
    tails = [path for path in names if path.endswith("/" + name)]
    return tails[0] if len(tails) == 1 else ""


def written_here(path: str, state: State, hands: Hands) -> bool:
    """Not so a file that the run only moved, that a person has changed since, or that the goal
    wants: that one is looked at by itself."""
    sha, wanted = hands.files.digest(path), path.rpartition("/")[2] in state.goal
    made = sha == state.ledger.artefacts.get(path) and sha not in state.found.values()
    return made and not wanted


def cited_pages(line: str, hands: Hands) -> list[str]:
    """Addresses in brackets and targets of links, and others if they were read: a text may also
    name an address."""
    cited = [one or other for one, other in CITED.findall(line)]
    bare = [url.rstrip(".,;:!?'\"") for url in URL.findall(line)]
    return list(dict.fromkeys([*cited, *(url for url in bare if text_of(url, hands))]))


def text_of(url: str, hands: Hands) -> str | None:
    """Of a page, or of a passage from the person's own folders, if this run has read it."""
    return text_or_none(hands.captures.text, url) if hands.captures else None


def text_or_none(text: Callable[[str], str], name: str) -> str | None:
    try:
        return text(name)
    except ToolFailed:
        return None
